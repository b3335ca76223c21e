import Diagnostics
import Foundation
import Gating
import Suites

/// How a gate was run: what a reader needs to run it again.
package struct ReportHeader: Sendable, Hashable, Codable {
  /// The program, such as `holdfast 0.1.0`.
  package let createdBy: String
  /// When it began, ISO 8601 in UTC.
  package let startedAt: String
  package let durationSeconds: Double
  /// As it was typed.
  package let command: String
  /// The configuration file, and what it amounted to after options.
  package let configuration: String
  package let settings: GateSettings
  /// The baseline file.
  package let baseline: String
  package let base: ModelDescription
  package let suite: SuiteIdentity
  /// What the check of the fine-tuning data found; nil where none are named.
  package let heldOut: HeldOutSummary?
  /// What was found among the candidates; nil where each was judged for itself.
  package let selection: SeriesSelection?
  /// The candidates as forms of one fine-tuning; nil where they are not.
  package let forms: [FormFinding]?
  /// The engine's numeric version.
  package let numerics: String
  /// The kernel that computed, such as `avx512`.
  package let kernel: String
  package let threads: Int
  /// Processor and memory, in words.
  package let machine: String
  /// The share of the questions that counts as all: `gate.share`; nil for all, and in reports of before.
  package let declaredShare: Share?
  /// Who gated, from where; nil in reports of before.
  package let origin: GateOrigin?

  package init(
    createdBy: String, startedAt: String, durationSeconds: Double, command: String, configuration: String,
    settings: GateSettings, baseline: String, base: ModelDescription, suite: SuiteIdentity,
    heldOut: HeldOutSummary? = nil, selection: SeriesSelection? = nil,
    forms: [FormFinding]? = nil, numerics: String, kernel: String, threads: Int, machine: String,
    declaredShare: Share? = nil, origin: GateOrigin? = nil
  ) {
    self.createdBy = createdBy
    self.startedAt = startedAt
    self.durationSeconds = durationSeconds
    self.command = command
    self.configuration = configuration
    self.settings = settings
    self.baseline = baseline
    self.base = base
    self.suite = suite
    self.heldOut = heldOut
    self.selection = selection
    self.forms = forms
    self.numerics = numerics
    self.kernel = kernel
    self.threads = threads
    self.machine = machine
    self.declaredShare = declaredShare
    self.origin = origin
  }

  enum CodingKeys: String, CodingKey {
    case command, configuration, settings, baseline, base, suite, selection, forms, numerics, kernel, threads, machine,
      origin
    case createdBy = "created_by"
    case declaredShare = "declared_share"
    case startedAt = "started_at"
    case durationSeconds = "duration_seconds"
    case heldOut = "held_out"
  }
}

/// What a scan of the fine-tuning data says of the suite.
package struct HeldOutSummary: Sendable, Hashable, Codable {
  package let files: Int
  package let records: Int
  /// Those of them without any text; nil where all have some.
  package let recordsWithoutText: Int?
  /// Items of the suite that are in the data, and so left out on both sides.
  package let contaminated: Int
  /// Tasks that lost more than a fifth of their items.
  package let withoutVote: [String]

  package init(files: Int, records: Int, recordsWithoutText: Int = 0, contaminated: Int, withoutVote: [String]) {
    self.files = files
    self.records = records
    self.recordsWithoutText = recordsWithoutText > 0 ? recordsWithoutText : nil
    self.contaminated = contaminated
    self.withoutVote = withoutVote
  }

  /// "held out from 1 file with 500 records", or what is not.
  package var text: String {
    let data =
      "\(files) \(files == 1 ? "file" : "files") with \(records) records"
      + (recordsWithoutText.map { ", \($0) of them without text" } ?? "")
    guard contaminated > 0 else { return "held out from \(data)" }
    let votes = withoutVote.isEmpty ? "" : "; without a vote: \(withoutVote.joined(separator: ", "))"
    return "\(contaminated) items are in \(data) and were left out\(votes)"
  }

  enum CodingKeys: String, CodingKey {
    case files, records, contaminated
    case recordsWithoutText = "records_without_text"
    case withoutVote = "without_vote"
  }
}

/// All that a gate found, for people and machines.
package struct GateReport: Sendable, Hashable, Codable {
  /// The version of the JSON's layout.
  package static let schemaVersion = 2

  package let schemaVersion: Int
  package let header: ReportHeader
  /// In the order given.
  package let candidates: [CandidateVerdict]

  package init(header: ReportHeader, candidates: [CandidateVerdict]) {
    self.schemaVersion = Self.schemaVersion
    self.header = header
    self.candidates = candidates
  }

  /// The code that the gate ends with: 1 for any regression, else 3 for anything undecided, else 0.
  package var exit: GateExit {
    let policy = header.settings.policy
    return header.selection?.exit(policy) ?? GateExit.combined(candidates.map { $0.exit(policy) })
  }

  /// PASS, FAIL, INCONCLUSIVE, or NOT GATEABLE where nothing that could be judged is open.
  package var word: String {
    switch exit {
    case .pass: "PASS"
    case .regression: "FAIL"
    case .undecided:
      candidates.contains { $0.outcome == .inconclusive } || !candidates.contains { $0.outcome == nil }
        ? "INCONCLUSIVE" : "NOT GATEABLE"
    }
  }

  /// report.json: pretty, keys sorted.
  package func json() throws -> Data {
    try shownJSON(self, isPretty: true) + Data("\n".utf8)
  }

  enum CodingKeys: String, CodingKey {
    case header, candidates, outcome
    case schemaVersion = "schema_version"
    case exitCode = "exit_code"
  }

  /// What follows from the verdicts goes along for programs, and is not read again.
  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(schemaVersion, forKey: .schemaVersion)
    try values.encode(word.lowercased(), forKey: .outcome)
    try values.encode(exit.rawValue, forKey: .exitCode)
    try values.encode(header, forKey: .header)
    try values.encode(candidates, forKey: .candidates)
  }

  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    schemaVersion = try values.decode(Int.self, forKey: .schemaVersion)
    header = try values.decode(ReportHeader.self, forKey: .header)
    candidates = try values.decode([CandidateVerdict].self, forKey: .candidates)
  }
}
