import Foundation
import Gating
import Ledger
import Suites

extension GateSession {
  /// How long all questions would take: by what this gate computed itself, else as a gate of the same model said before; of one that was asked
  /// too little by the ledger's runs like the baseline's.
  func wholeSeconds(
    _ asked: CandidateAsking.Asked, of subject: any AskedModel, _ asking: CandidateAsking, hash: String, ledger: Ledger
  ) throws -> Double? {
    if asked.judgeable != nil {
      return try ledger.scoringRate(like: asking.baseline.run).map { Double(try asking.answersInAll()) / $0 }
    }
    if let own = asked.secondsPerAnswer {
      return own * Double(asked.items.count) / (asked.share ?? share).fraction
    }
    guard !asked.items.isEmpty else { return nil }
    let before = try ledger.verdicts(baselineHash: hash, model: subject.id).reversed()
    return before.lazy.compactMap {
      (try? JSONDecoder().decode(CandidateVerdict.self, from: Data($0.report.utf8)))?.wholeSeconds
    }.first
  }
}
