import Diagnostics
import Foundation
import Gating
import Reading

/// A form that a gate's findings are written in, by a file's extension.
package enum GateForm: String, Sendable, FileForm {
  case markdown = "md"
  case json
  case html
  case junit = "xml"
  case csv

  package static let subject = "a report"
}

/// All that a gate found, in any form.
package struct GateOutput {
  package let report: GateReport
  private let candidates: [CandidateEvidence]
  private let history: [GateHistoryPoint]

  /// - Parameters:
  ///   - candidates: in the report's order.
  ///   - history: of gates against the same baseline, oldest first, this one included.
  package init(_ report: GateReport, candidates: [CandidateEvidence], history: [GateHistoryPoint] = []) {
    self.report = report
    self.candidates = candidates
    self.history = history
  }

  package func data(_ form: GateForm) throws -> Data {
    switch form {
    case .markdown: Data(try report.markdown(lost: candidates.map(\.flips)).utf8)
    case .json: try report.json()
    case .html: Data(try GatePage(report, candidates: candidates, history: history).html().utf8)
    case .junit: Data(report.junit().utf8)
    case .csv: Data(ItemTable(candidates.map { ($0.verdict.path, $0.contrasts) }).csv.utf8)
    }
  }

  /// Writes every plot of the page to a file of its own.
  ///
  /// - Returns: the files.
  /// - Throws: `InputError` where one cannot be written.
  package func writePlots(to folder: String) throws -> [String] {
    try VerdictPlots(candidates: candidates, history: history).all.map { name, svg in
      let file = URL(fileURLWithPath: folder, isDirectory: true).appendingPathComponent("\(name).svg")
      try OutputFile.write(Data((svg + "\n").utf8), to: file.path)
      return file.path
    }
  }

  /// Writes whole files or none. One that cannot be written keeps none of the others from it.
  ///
  /// - Throws: `InputError` for the first file that cannot be written.
  package func write(_ paths: [String]) throws {
    let faults = paths.compactMap { path -> (any Error)? in
      do {
        try OutputFile.write(try data(try GateForm(of: path)), to: path)
        return nil
      } catch {
        return error
      }
    }
    if let first = faults.first { throw first }
  }
}
