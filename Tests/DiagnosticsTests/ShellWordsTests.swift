import Diagnostics
import Foundation
import Testing

@Suite("Commands that are typed again")
struct ShellWordsTests {
  private let words = [
    "holdfast", "gate", "out/my adapter", "it's", "", "$(rm -rf /)", "a\\b", "\"x\"", "--share", "1/4", "é*?", "~",
    "a=b",
  ]

  @Test("a line of quoted words is read as the same words, by us and by a shell")
  func roundTrip() throws {
    let line = words.map(shellQuoted).joined(separator: " ")
    #expect(shellWords(line) == words)
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    shell.arguments = ["-c", "printf '%s\\n' \(line)"]
    let pipe = Pipe()
    shell.standardOutput = pipe
    try shell.run()
    let out = pipe.fileHandleForReading.readDataToEndOfFile()
    shell.waitUntilExit()
    #expect(
      String(decoding: out, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(
        String.init) == words)
    #expect(shellQuoted("out/a-1.gguf") == "out/a-1.gguf" && shellQuoted("it's") == "'it'\\''s'")
  }

  @Test("a line of somebody else's is read as far as it goes")
  func foreign() {
    #expect(shellWords("  a   b ") == ["a", "b"])
    #expect(shellWords("a 'b c") == ["a", "b c"])
    #expect(shellWords("") == [])
  }
}
