import ArgumentParser
import Diagnostics
import Foundation
import Ledger
import Reading

/// `holdfast merge`: takes the scores of several ledgers into one.
struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Takes what several ledgers have of models, scores, runs and gates into one; again changes nothing.",
    discussion: """
      Exit code 70 where two of them contradict each other: nothing of that one is taken in then.

      Example: holdfast merge shard-1.sqlite shard-2.sqlite --into ledger.sqlite
      """)

  @Argument(help: "The ledgers that are taken in.")
  var ledgers: [String]

  @Option(help: "The ledger that takes them in; it is made where it is not there.")
  var into: String

  @Flag(help: "Print one JSON object a ledger.")
  var json = false

  func run() throws {
    let place = URL(fileURLWithPath: into).standardizedFileURL.resolvingSymlinksInPath().path
    for path in ledgers {
      guard FileManager.default.fileExists(atPath: path) else {
        throw InputError(path, "no such ledger", remedy: "check the path")
      }
      guard URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path != place else {
        throw InputError(path, "is the ledger that --into names", remedy: "name others to take in")
      }
    }
    let ledger = try Ledger(path: into)
    for path in ledgers {
      let merged = try ledger.merge(path)
      if json {
        try printJSON(Line(ledger: path, scores: merged.scores, runs: merged.runs, known: merged.known))
      } else {
        try printLine(
          "\(path): \(merged.scores) scores and \(merged.runs) runs taken in, \(merged.known) scores known before")
      }
    }
  }

  private struct Line: Encodable {
    let ledger: String
    let scores: Int
    let runs: Int
    let known: Int
  }
}
