import Foundation
import Gating
import Ledger
import Suites

extension GateSession {
  /// How long all questions would take: by what this gate computed itself, else as a gate of the same model said before; of one that was asked
  /// too little by the ledger's runs of the suite.
  func wholeSeconds(
    _ asked: CandidateAsking.Asked, of subject: any AskedModel, _ asking: CandidateAsking, hash: String, ledger: Ledger
  ) throws -> Double? {
    if asked.judgeable != nil {
      let rates = try ledger.scoringRates(suiteHash: asking.baseline.run.suite.hash)
      return rates.isEmpty ? nil : try Double(asking.answersInAll()) / rates[rates.count / 2]
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
