import Foundation
import Gating
import Ledger
import Reporting
import Suites

extension Ledger {
  /// The shares of the suite at which gates have judged a model by a baseline: looks that have spent a part of its errors.
  ///
  /// Verdicts that another version kept and this one cannot read are left out, and so is a gate whose time ran out: it has judged nothing.
  package func looks(at model: String, baselineHash: String) throws -> [Double] {
    var shares: Set<Double> = []
    for record in try verdicts(baselineHash: baselineHash, model: model) {
      guard let kept = try? JSONDecoder().decode(CandidateVerdict.self, from: Data(record.report.utf8)),
        let verdict = kept.verdict
      else { continue }
      let share = (try? Share(parsing: kept.share))?.fraction
      shares.formUnion((verdict.look?.earlier ?? []) + [verdict.look?.share ?? share ?? 1])
    }
    return shares.sorted()
  }

  /// The newest verdict on each model that one baseline has judged.
  package func judged(baselineHash: String) throws -> [Verdict] {
    var newest: [String: Verdict] = [:]
    for record in try verdicts(baselineHash: baselineHash, model: nil) {
      guard let kept = try? JSONDecoder().decode(CandidateVerdict.self, from: Data(record.report.utf8)) else {
        continue
      }
      if let verdict = kept.verdict { newest[record.model] = verdict }
    }
    return newest.sorted { $0.key < $1.key }.map(\.value)
  }

  /// What gates against one baseline said until a gate, oldest first: the newest verdict of each model, share and baseline alone, so that a
  /// gate that was run again is one point.
  ///
  /// Verdicts that another version kept and this one cannot read are left out.
  package func history(through gate: GateRecord) throws -> [GateHistoryPoint] {
    guard let last = gate.verdicts.max(by: { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }) else { return [] }
    var seen: Set<String> = []
    var points: [GateHistoryPoint] = []
    for record in try verdicts(baselineHash: last.baselineHash, through: last.id).reversed() {
      if points.count == GateHistoryPoint.mostShown { break }
      guard let verdict = try? JSONDecoder().decode(CandidateVerdict.self, from: Data(record.report.utf8)),
        let point = GateHistoryPoint(verdict), seen.insert("\(record.model) \(verdict.share)").inserted
      else { continue }
      points.append(point)
    }
    return points.reversed()
  }
}
