import ArgumentParser
import Diagnostics
import Foundation
import Overlap
import Reading
import Suites

/// `holdfast overlap`: is a suite held out from fine-tuning data?
struct OverlapCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "overlap",
    abstract: "Says whether a suite is held out from fine-tuning data.",
    discussion: """
      Data are JSONL, JSON, CSV or plain text, also gzip or Zstandard, as messages, prompt and completion, other common fields, or \
      chats that are rendered into one text. Five checks: shared n-grams, \
      equal short items, labels, templates, near-duplicates.

      Exit codes: 0 no item is contaminated; 1 at least one is; 2 bad input; 3 it cannot be said, as records have no text.

      Example: holdfast overlap --data train.jsonl --suite suites/core
      Example: holdfast overlap --data a.jsonl b.csv --json > overlap.json
      """)

  @Option(parsing: .upToNextOption, help: "Data files.")
  var data: [String]

  @Option(help: "The suite's folder; the configuration's by default.")
  var suite: String?

  @Flag(help: "List warnings and notes too, not contaminated items alone.")
  var all = false

  @Flag(help: "Print the whole report as JSON.")
  var json = false

  @OptionGroup var options: ConfigurationOptions

  func validate() throws {
    if data.isEmpty { throw ValidationError("give at least one file with --data") }
  }

  func run() throws {
    let suite = try loadSuite()
    let report = try OverlapScan(
      suite: suite, files: data, streams: true, threads: options.threads ?? Machine.cores
    ).run()
    if let obstacle = report.obstacle { note("it cannot be said whether the suite is held out: \(obstacle)") }
    let clean = report.obstacle == nil ? 0 : HoldfastExit.notGateable
    let code = report.contaminatedCount > 0 ? HoldfastExit.regression : clean
    if json {
      try conclude(try shownJSON(report, isPretty: true) + Data("\n".utf8), code: code)
    } else {
      try conclude(OverlapText(report, all: all).text, code: code)
    }
  }

  private func loadSuite() throws -> Suite {
    if let suite { return try Suite.load(ShippedFiles.own.suite(suite)) }
    let configuration = try options.load()
    guard let folder = configuration.suites.first else {
      throw InputError(options.config, field: "suites", "names no suite", remedy: "name one, or give --suite")
    }
    return try configuration.naming { try Suite.load(folder) }
  }
}
