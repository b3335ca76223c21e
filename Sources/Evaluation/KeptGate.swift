import Diagnostics
import Foundation
import Gating
import Ledger
import Reporting
import Suites

/// A gate that the ledger holds, with all that its report shows.
package struct KeptGate {
  package let id: String
  package let output: GateOutput
  /// Why curves, answers and items are missing from it; nil where they are there.
  package let incomplete: String?

  /// - Throws: `InputError` where the ledger holds what cannot be read.
  package init(_ record: GateRecord, ledger: Ledger) throws {
    func decode<Value: Decodable>(_ type: Value.Type, _ text: String, of what: String) throws -> Value {
      do {
        return try JSONDecoder().decode(type, from: Data(text.utf8))
      } catch {
        throw InputError(
          ledger.path, field: "\(what) of gate \(record.id)", "was kept by another version of Holdfast, or is damaged",
          remedy: "run the gate again: its scores are kept")
      }
    }
    let header = try decode(ReportHeader.self, record.header, of: "header")
    let verdicts = try record.verdicts.map { try decode(CandidateVerdict.self, $0.report, of: "a verdict") }
    // What version 0.1 said of a candidate that failed early is no longer read.
    guard verdicts.allSatisfy({ $0.outcome != nil || $0.notGateable != nil }) else {
      throw InputError(
        ledger.path, field: "a verdict of gate \(record.id)", "was kept by another version of Holdfast, or is damaged",
        remedy: "run the gate again: its scores are kept")
    }
    let baseline = try Self.baseline(of: record)
    var goneOn: [String] = []
    let evidence = try zip(record.verdicts, verdicts).map { kept, verdict -> CandidateEvidence in
      // What could not be judged was shown without its items.
      guard let baseline, let id = kept.run, let run = try ledger.run(id),
        verdict.verdict != nil || verdict.timeOut != nil
      else { return CandidateEvidence(verdict: verdict, contrasts: [], lost: []) }
      if let timeOut = verdict.timeOut, try ledger.completedBlocks(run).count != timeOut.blocksRead {
        goneOn.append(verdict.path)
        return CandidateEvidence(verdict: verdict, contrasts: [], lost: [])
      }
      let contrasts = ItemContrast.list(
        baseline: baseline,
        scores: baseline.within(
          try Share(parsing: verdict.share), try ledger.itemScores(run).filter { SuiteRun.draws.contains($0.draw) }),
        voting: verdict.votingTasks, contaminated: record.leftOut)
      let lost = try LostAnswers(ledger, run: run).list(contrasts)
      return CandidateEvidence(verdict: verdict.with(lost: lost), contrasts: contrasts, lost: lost)
    }
    id = record.id
    output = GateOutput(
      GateReport(header: header, candidates: evidence.map(\.verdict)), candidates: evidence,
      history: try ledger.history(through: record))
    incomplete =
      if baseline == nil {
        "the baseline \(header.baseline) is gone, or another one by now: curves, lost answers and items are left out"
      } else if !goneOn.isEmpty {
        "\(goneOn.joined(separator: ", ")) was read on since its time was over: its lost answers and items are left out"
      } else {
        nil
      }
  }

  /// The baseline that it was judged by; nil where that file is no longer there.
  private static func baseline(of record: GateRecord) throws -> Baseline? {
    guard let first = record.verdicts.first, let baseline = try? Baseline.load(first.baselinePath),
      try baseline.contentHash() == first.baselineHash
    else { return nil }
    return baseline
  }
}
