import Foundation
import Testing

@Suite("A gate that is asked to end before it is done")
struct EndingTests {
  @Test(
    "SIGINT and SIGTERM end it with 130 and 143, what was committed is kept, and the run goes on to the same rows",
    arguments: [SIGINT, SIGTERM])
  func signals(_ number: Int32) throws {
    let folder = try TemporaryFolder.project(items: 512)
    let expected = try findings(holdfast("run", "--json", in: folder))
    let clock = ContinuousClock()
    let begun = clock.now
    _ = try holdfast("run", "--json", "--ledger", "timed.sqlite", in: folder)
    let whole = (clock.now - begun) / .seconds(1)
    var stopped = false
    for attempt in 1...12 where !stopped {
      let ledger = "stopped-\(attempt).sqlite"
      // In the background of a shell, SIGINT would be ignored from the start.
      let run = try Running(
        ["run", "--json", "--ledger", ledger], in: folder, wrapper: ["env", "--default-signal=INT,TERM"])
      Thread.sleep(forTimeInterval: whole * (0.3 + 0.05 * Double(attempt)))
      run.send(number)
      let finished = try run.finish()
      if finished.status == 0 { continue }
      #expect(finished.status == 128 + number, "\(finished.err)")
      // A signal that comes while the model is loaded, and nothing is to be kept, ends it without a word.
      guard finished.err.contains("stopped by") else { continue }
      stopped = true
      #expect(finished.err.contains("the same command goes on from there"))
      #expect(try findings(holdfast("run", "--json", "--ledger", ledger, in: folder)) == expected)
    }
    #expect(stopped)
  }

  @Test("a signal that the parent ignores stays ignored")
  func ignored() throws {
    let folder = try TemporaryFolder.project(items: 256)
    let script =
      "trap '' INT; '\(Program.path)' run --json >out.json & pid=$!; for i in 1 2 3 4 5 6; do sleep 0.05; kill -INT $pid 2>/dev/null; done; wait $pid"
    #expect(try shell(script, in: folder) == 0)
    #expect(try folder.read("out.json").contains("\"blocks\""))
  }

  @Test("a gate whose time is over is INCONCLUSIVE with what was read, never a PASS, and goes on from there")
  func timeout() throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    let config = try folder.read("holdfast.yaml")
    try folder.write("holdfast.yaml", config + "\ngate: {on_inconclusive: pass}\n")
    let late = try holdfast(
      "gate", "--candidate", golden("adapters/plain"), "--timeout", "0.000001s", "-o", "junit.xml", in: folder)
    #expect(late.status == 3, "\(late.err)")
    #expect(late.out.contains("INCONCLUSIVE: time ran out after 0 of 16 blocks"))
    #expect(try folder.read("reports/report.json").contains("\"time_out\""))
    #expect(try folder.read("junit.xml").contains("<error type=\"undecided\""))
    #expect(try folder.read("reports/report.md").contains("**INCONCLUSIVE** time ran out"))
    try folder.write("holdfast.yaml", config + "\ngate: {on_inconclusive: fail}\n")
    let strict = try holdfast(
      "gate", "--candidate", golden("adapters/plain"), "--timeout", "0.000001s", in: folder)
    #expect(strict.status == 1)
    let whole = try holdfast("gate", "--candidate", golden("adapters/plain"), "--timeout", "10m", in: folder)
    #expect(whole.status == 1)
    #expect(whole.out.contains("FAIL: "))
  }

  @Test("a time that is none is refused", arguments: ["0", "-1", "soon", "1d", "nan", "1e300h"])
  func badTimeout(_ text: String) throws {
    let folder = try TemporaryFolder.project()
    let finished = try holdfast("gate", "--candidate", "x", "--timeout=\(text)", in: folder)
    #expect(finished.status == 2)
    #expect(finished.err.contains("--timeout"))
  }

  private func shell(_ script: String, in folder: TemporaryFolder) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", script]
    process.currentDirectoryURL = folder.url
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }
}
