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
    var whole = (clock.now - begun) / .seconds(1)
    var stopped = false
    for attempt in 1...12 where !stopped {
      let ledger = "stopped-\(attempt).sqlite"
      // In the background of a shell, SIGINT would be ignored from the start.
      let run = try Running(
        ["run", "--json", "--ledger", ledger], in: folder, wrapper: ["env", "--default-signal=INT,TERM"])
      Thread.sleep(forTimeInterval: whole * (0.3 + 0.05 * Double(attempt)))
      run.send(number)
      let finished = try run.finish()
      // The machine got faster since the run was timed.
      guard finished.status != 0 else {
        whole /= 1.5
        continue
      }
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
    #expect(late.out.contains("INCONCLUSIVE: time ran out after 0 of 32 blocks"))
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

  @Test("stopped by its time again and again, each gate adds scores, until one comes to the end")
  func again() throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    let whole = try holdfast("gate", "--candidate", golden("adapters/plain"), "--ledger", "whole.sqlite", in: folder)
    var ended: Finished?
    var times = 0.05
    for _ in 0..<60 where ended == nil {
      let gate = try holdfast(
        "gate", "--candidate", golden("adapters/plain"), "--timeout", "\(times)", in: folder)
      if !gate.out.contains("time ran out") { ended = gate }
      times *= 1.2
    }
    #expect(try #require(ended).status == whole.status)
    #expect(ended?.out == whole.out)
  }

  @Test("--within says what fits and what that can show, and the report says the same")
  func within() throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    let gate = try holdfast("gate", "--candidate", golden("adapters/plain"), "--within", "5m", in: folder)
    #expect(gate.status == 1, "\(gate.err)")
    let said = try #require(gate.err.firstMatch(of: /within 5 min: share (\d+\/\d+), 32 of 32 blocks: finds[^;\n]*/))
    #expect(said.1 == "1/1")
    #expect(try folder.read("reports/report.json").contains(String(said.0)))
    for other in [["--share", "1/2"], ["--stop-early"], ["--adaptive"], ["--timeout", "1m"]] {
      let refused = try Running(
        ["gate", "--candidate", "x", "--within", "5m"] + other, in: folder
      ).finish()
      #expect(refused.status == 2)
      #expect(refused.err.contains("--within chooses what is read and when it ends, and so does \(other[0])"))
    }
  }

  @Test("tasks without a vote are skipped unless they are asked for, and the verdict is the same")
  func reported() throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    let baseline = try folder.read("baseline.json").split(separator: "\n").map(String.init).map { line in
      line.contains("\"admitted\":true") && line.contains("\"echo\"")
        ? line.replacing("\"admitted\":true", with: "\"admitted\":false")
          .replacing("\"reason\":null", with: "\"reason\":\"it is a test's\"") : line
    }
    try folder.write("baseline.json", baseline.joined(separator: "\n") + "\n")
    let config = try folder.read("holdfast.yaml")
    let skipping = try holdfast("gate", "--candidate", golden("adapters/plain"), "--quiet", in: folder)
    #expect(skipping.status == 1, "\(skipping.err)")
    #expect(try folder.read("reports/report.json").contains("1 task without a vote was not asked: echo"))
    for (options, more) in [(["--reported", "ask"], ""), ([], "\ngate: {reported: ask}\n")] {
      try folder.write("holdfast.yaml", config + more)
      let asking = try Running(
        ["gate", "--candidate", golden("adapters/plain"), "--quiet"] + options, in: folder
      ).finish()
      #expect(asking.out == skipping.out && asking.status == 1)
      #expect(!(try folder.read("reports/report.json").contains("was not asked")))
    }
    try folder.write("holdfast.yaml", config + "\ngate: {reported: maybe}\n")
    let refused = try holdfast("gate", "--candidate", golden("adapters/plain"), in: folder)
    #expect(refused.status == 2 && refused.err.contains("is none of ask, skip"))
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
