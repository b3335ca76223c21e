import ArgumentParser
import Diagnostics
import Evaluation
import Foundation
import Reporting

/// `holdfast claims`: puts claims beside what experiments found.
struct ClaimsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "claims",
    abstract: "Puts claims about recipes beside what experiments found: each holds, does not, or cannot be told.",
    discussion: """
      Nothing is trained or asked: the file names the results.json of each model's experiment. The report (README.md, \
      index.html, results.json, plot.svg) goes to REPORTS/NAME.

      Example: holdfast claims recipes/claims/claims.yaml
      """)

  @Argument(help: "The claims' file.")
  var file: String

  @Option(help: "The folder whose NAME folder the report goes to; the configuration's by default.")
  var reports: String?

  @Flag(help: "Print results.json instead of the table.")
  var json = false

  @OptionGroup var options: ConfigurationOptions

  func run() throws {
    let claims = try ClaimsFile.read(file)
    let folder = "\(try reports ?? options.load().reports)/\(claims.name)"
    let result = try ClaimsSession(claims).result(
      command: typedCommand, createdBy: "holdfast \(holdfastVersion)")
    try result.write(to: folder)
    if json { return try emitData(try result.json()) }
    try emitOutput(ShownText(lines: result.terminalTable(width: outputWidth)))
    try printLine("report: \(folder)/README.md")
  }
}
