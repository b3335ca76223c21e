import Foundation
import Testing

/// Runs once undisturbed; then again and again into another ledger, killed at ten random moments of the time that this
/// took, and at last to the end. A run that ends before its moment must have found the same, and a fresh ledger takes
/// its place.
func expectSameRowsAfterKills(in folder: TemporaryFolder, _ command: [String]) throws {
  let clock = ContinuousClock()
  let begun = clock.now
  let expected = try findings(try Running(command, in: folder).finish())
  var whole = (clock.now - begun) / .seconds(1)

  func ended(_ finished: Finished, _ ledger: String) throws {
    #expect(try findings(finished) == expected)
    guard LedgerDump.isAvailable else { return }
    #expect(try LedgerDump.rows(folder.file(ledger)) == LedgerDump.rows(folder.file("ledger.sqlite")))
  }

  var generator = SeededGenerator(state: 2)
  var kills = 0
  var ledger = "killed-0.sqlite"
  for attempt in 1...40 where kills < 10 {
    let run = try Running(command + ["--ledger", ledger], in: folder)
    Thread.sleep(forTimeInterval: whole * Double.random(in: 0.02...0.9, using: &generator))
    run.kill()
    let finished = try run.finish()
    if finished.status == Program.killed {
      kills += 1
    } else {
      try ended(finished, ledger)
      ledger = "killed-\(attempt).sqlite"
      // The machine got faster since the first run was timed.
      whole /= 1.25
    }
  }
  #expect(kills == 10)
  try ended(try Running(command + ["--ledger", ledger], in: folder).finish(), ledger)
}
