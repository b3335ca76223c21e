import Gating
import Reporting
import Suites

/// Reports on verdicts about made-up scores: four families of one task each, twelve blocks of eight items.
enum Fixture {
  /// - Parameters:
  ///   - name: the first task's name and family, which come from data.
  ///   - lost: how many of each eight items the candidate gets wrong with demonstrations.
  ///   - items: of each task, eight a block.
  ///   - blocks: how many of a task's the candidate was asked.
  ///   - related: the tasks that the fine-tuning was about.
  ///   - contaminated: the items that are in the fine-tuning data.
  static func verdict(
    name: String = "antonyms", lost: Int, items: Int = 96, blocks: Int = .max, settings: GateSettings = GateSettings(),
    related: Set<String> = [], contaminated: [String: Set<String>] = [:]
  ) throws -> Verdict {
    let facts = [name, "capitals", "plural", "topic"].map { TaskFacts(task: $0, family: $0, chance: 0.25) }
    let run = RunDescription(
      model: model, numerics: "1", scoring: 1, bos: "none", suite: suite, draws: 1,
      tokenHashes: Dictionary(uniqueKeysWithValues: facts.map { ($0.task, "ids") }))
    func scores(wrong: Int) -> [ItemScore] {
      facts.flatMap { task in
        (0..<items).flatMap { item in
          [0, 1, 4].map { k in
            // Which items are lost differs from block to block, so that there is something to estimate.
            let isRight = k > 0 && (item + item / 8) % 8 >= wrong + (wrong > 0 && item / 8 % 3 == 0 ? 1 : 0)
            return ItemScore(
              task: task.task, item: "i\(item)", block: item / 8, k: k, draw: 0, condition: .gold,
              exactMatch: isRight, logprob: isRight ? -0.5 : -3, choiceCorrect: task.task == "topic" ? isRight : nil)
          }
        }
      }
    }
    let baseline = try Baseline(
      createdBy: "holdfast test", run: run, tasks: facts, scores: scores(wrong: 0), familyMargin: 0.10)
    return try Verdict.judge(
      baseline: baseline, candidate: run, scores: scores(wrong: lost).filter { $0.block < blocks },
      policy: settings.policy, related: related, contaminated: contaminated)
  }

  static func report(name: String = "antonyms", lost: Int = 3, path: String = "out/checkpoint-100") throws -> GateReport
  {
    GateReport(
      header: header,
      candidates: [
        CandidateVerdict(
          path: path, model: model, durationSeconds: 12.5, share: "1/1",
          finding: .judged(try verdict(name: name, lost: lost))),
        CandidateVerdict(
          path: "out/checkpoint-200", model: nil, durationSeconds: 0, share: "1/1",
          finding: .refused("the prompt hash differs")),
      ])
  }

  static let model = ModelDescription(
    name: "tiny", weights: "0123456789abcdef", tokenizer: "t", configuration: "c", storage: "bf16")
  static let suite = SuiteIdentity(name: "core", version: 1, seed: 17, hash: "5a5a5a5a5a5a5a5a", promptHash: "9b")
  static let header = header()

  /// - Parameter storage: what the base is stored in.
  static func header(
    storage: String = "bf16", command: String = "holdfast gate --candidate out",
    settings: GateSettings = GateSettings(),
    origin: GateOrigin? = nil, selection: SeriesSelection? = nil
  ) -> ReportHeader {
    let base = ModelDescription(
      name: model.name, weights: model.weights, tokenizer: "t", configuration: "c", storage: storage)
    return ReportHeader(
      createdBy: "holdfast 0.1.0", startedAt: "2025-03-01T10:00:00Z", durationSeconds: 61.04,
      command: command, configuration: "holdfast.yaml", settings: settings,
      baseline: "baselines/tiny.json", base: base, suite: suite, selection: selection, numerics: "1", kernel: "avx512",
      threads: 2,
      machine: "a | b processor, 16 GiB", origin: origin)
  }
}
