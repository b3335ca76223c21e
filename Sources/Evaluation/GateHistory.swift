import Foundation
import Gating
import Ledger
import Reporting
import Suites

extension Ledger {
  /// The shares of the suite at which gates have judged a model by a baseline: looks that have spent a part of its errors.
  package func looks(at model: String, baselineHash: String) throws -> [Share] {
    var shares: Set<Share> = []
    for kept in try verdicts(baselineHash: baselineHash, model: model).compactMap(\.decoded) {
      if let verdict = kept.verdict {
        shares.formUnion(try verdict.look?.shares ?? [Share(parsing: kept.share)])
      }
      shares.formUnion(kept.timeOut?.looks ?? [])
    }
    return shares.sorted()
  }

  /// Answers a second of the last runs that were like a baseline's: its prompts, its engine, models of its size; nil where there is none.
  package func scoringRate(like run: RunDescription) throws -> Double? {
    let rates = try scoringRates(
      suiteHash: run.suite.hash, promptHash: run.suite.promptHash, numerics: run.numerics,
      configuration: run.model.configuration)
    return rates.isEmpty ? nil : rates[rates.count / 2]
  }

  /// The newest verdict on each model that one baseline has judged.
  package func judged(baselineHash: String) throws -> [Verdict] {
    var newest: [String: Verdict] = [:]
    for record in try verdicts(baselineHash: baselineHash, model: nil) {
      if let verdict = record.decoded?.verdict { newest[record.model] = verdict }
    }
    return newest.sorted { $0.key < $1.key }.map(\.value)
  }

  /// What gates against one baseline said until a gate, oldest first: the newest verdict of each model, share and baseline alone, so that a
  /// gate that was run again is one point.
  package func history(through gate: GateRecord) throws -> [GateHistoryPoint] {
    guard let last = gate.verdicts.max(by: { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }) else { return [] }
    var seen: Set<String> = []
    var points: [GateHistoryPoint] = []
    for record in try verdicts(baselineHash: last.baselineHash, through: last.id).reversed() {
      if points.count == GateHistoryPoint.mostShown { break }
      guard let verdict = record.decoded, let point = GateHistoryPoint(verdict),
        seen.insert("\(record.model) \(verdict.share)").inserted
      else { continue }
      points.append(point)
    }
    return points.reversed()
  }
}

extension VerdictRecord {
  /// What was kept; nil of what another version kept and this one cannot read.
  fileprivate var decoded: CandidateVerdict? {
    try? JSONDecoder().decode(CandidateVerdict.self, from: Data(report.utf8))
  }
}
