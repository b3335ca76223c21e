import Foundation
import Testing

@Suite("At a terminal")
struct TerminalTests {
  /// Runs the program at a terminal of some columns, and gives all that it wrote there.
  private func screen(_ arguments: [String], columns: Int, in folder: TemporaryFolder) throws -> String {
    let program = """
      import fcntl, os, pty, struct, sys, termios
      columns, words = int(sys.argv[1]), sys.argv[2:]
      child, terminal = pty.fork()
      if child == 0:
          fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
          os.environ["NO_COLOR"] = "1"
          os.execvp(words[0], words)
      out = b""
      while True:
          try:
              piece = os.read(terminal, 65536)
          except OSError:
              break
          if not piece:
              break
          out += piece
      os.waitpid(child, 0)
      sys.stdout.buffer.write(out)
      """
    try folder.write("terminal.py", program)
    let run = try Running(
      arguments, in: folder, wrapper: ["python3", folder.file("terminal.py").path, "\(columns)"]
    ).finish()
    return run.out
  }

  /// What stands on the screen in the end, line by line: what was drawn over is gone.
  private func lines(_ text: String) -> [String] {
    text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false).map { line in
      String(line.components(separatedBy: "\u{1B}[2K").last ?? "")
    }
  }

  @Test(
    "tables and sentences are as wide as the window; narrow ones lose columns, and no number its unit",
    arguments: [44, 60, 100])
  func width(columns: Int) throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    let text = try screen(["gate", golden("adapters/plain"), "--share", "1"], columns: columns, in: folder)
    // What names a file is not cut, for it is copied.
    let shown = lines(text).filter { !$0.hasPrefix("report: ") && !$0.hasPrefix("holdfast: ") }
    #expect(shown.allSatisfy { $0.count <= columns }, "\(text)")
    #expect(shown.contains { $0.hasPrefix("overall") && $0.hasSuffix("FAIL") })
    #expect(shown.contains { $0.hasPrefix("unit") && $0.contains("margin") } == (columns > 50))
    #expect(!shown.contains { $0.hasPrefix("points") || $0.hasPrefix("% ") })
    // Every drawing of the one line fits, too.
    let drawn = text.components(separatedBy: "\u{1B}[2K").dropFirst().map {
      $0.prefix { $0 != "\r" && $0 != "\n" && $0 != "\r\n" }
    }
    #expect(drawn.allSatisfy { $0.hasPrefix("holdfast: ") || $0.count <= columns }, "\(text)")
  }

  @Test("something stands there before anything is read, and then what is being done")
  func stages() throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    let text = try screen(["gate", golden("adapters/plain"), "--share", "1"], columns: 80, in: folder)
    let drawn = text.components(separatedBy: "\u{1B}[2K").dropFirst()
    #expect(drawn.first?.hasPrefix("reading the baseline and its suite …") == true, "\(text)")
    for stage in [
      "opening the candidate …", "loading plain …", "encoding the questions …", "plain, its answers to what it lost …",
    ] {
      #expect(drawn.contains { $0.hasPrefix(stage) }, "\(stage)")
    }
  }

  @Test("into a pipe no name is cut")
  func pipe() throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    let path = "out/\(String(repeating: "long", count: 40))"
    try FileManager.default.createDirectory(at: folder.file("out"), withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: golden("adapters/plain"), toPath: folder.file(path).path)
    #expect(
      try holdfast("gate", path, in: folder).out.contains("\n" + path)
        || holdfast("gate", path, in: folder).out.hasPrefix(path))
  }

  @Test("an option that is no gate's is told what decides the suite")
  func suite() throws {
    let folder = try TemporaryFolder()
    try expectRefusal("gate", "--suite", "x", in: folder, naming: ["--suite", "holdfast.yaml", "holdfast run --suite"])
  }
}
