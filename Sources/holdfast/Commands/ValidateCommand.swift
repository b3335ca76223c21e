import ArgumentParser
import Diagnostics
import Foundation
import Gating
import Reading
import Suites

/// `holdfast validate`: checks suites and configuration without a model.
struct ValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Checks suites and the configuration without a model.",
    discussion: """
      Exits with 2 where there is an error; warnings alone exit with 0.

      Example: holdfast validate suites/core suites/smoke
      """)

  @Argument(help: "Suite folders; the configuration's by default.")
  var suites: [String] = []

  @Flag(help: "Print one JSON object a finding.")
  var json = false

  @OptionGroup var options: ConfigurationOptions

  func run() throws {
    let folders = try suites.isEmpty ? options.load().suites : suites.map { ShippedFiles.own.suite($0) }
    var errors = 0
    var output = Data()
    for folder in folders {
      let findings = Suite.findings(in: folder)
      errors += findings.count { $0.severity == .error }
      for finding in findings { output += try line(finding) }
      if findings.allSatisfy({ $0.severity != .error }), !json {
        let suite = try Suite.load(folder)
        let items = suite.tasks.reduce(0) { $0 + $1.blocks.reduce(0) { $0 + $1.items.count } }
        let families = Set(suite.tasks.map(\.family)).count
        let line: ShownText =
          "\(folder): \(suite.tasks.count) tasks in \(families) families, \(items) items, "
          + "\(findings.count) warning\(findings.count == 1 ? "" : "s")\n"
        output += line.outgoing
      }
    }
    do { try emitData(output) } catch {
      // Where there are errors, the one below says so, whether they can be listed or not.
      if errors == 0 { throw error }
      if let error = error as? InputError { note("warning: \(error)") }
    }
    if errors > 0 {
      throw InputError(
        folders.joined(separator: ", "), "\(errors) error\(errors == 1 ? "" : "s")",
        remedy: "correct what is listed on standard output")
    }
  }

  private func line(_ finding: Finding) throws -> Data {
    guard json else {
      let line: ShownText = "\(finding.severity.rawValue): \(finding.error)\n"
      return line.outgoing
    }
    let fields: [String: String] = [
      "severity": finding.severity.rawValue, "file": finding.file, "field": finding.field ?? "",
      "task": finding.task ?? "", "item": finding.item ?? "", "message": finding.message, "remedy": finding.remedy,
    ]
    return try shownJSON(fields) + Data("\n".utf8)
  }
}
