import Foundation
import Gating
import Ledger
import Reporting

extension Ledger {
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
