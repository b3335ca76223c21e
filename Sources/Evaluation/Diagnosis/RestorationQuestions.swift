import Gating
import Scoring
import Statistics
import Suites

/// What models between base and candidate are asked: the gold answers of some tasks at the controls' k, block by block.
struct RestorationQuestions {
  let observations: [Observation]
  /// Of a block, where few are asked: what is shown before them costs as much as they do.
  private static let itemsOfFew = 4
  /// The places of each task's observations, by task ascending.
  private let tasks: [[Int]]

  /// - Parameters:
  ///   - share: of every task's blocks.
  ///   - most: blocks of each task, from the first, and four items of each; nil for all.
  ///   - contaminated: items that are in the fine-tuning data, by task.
  init(_ suite: Suite, tasks: Set<String>, share: Share, most: Int? = nil, contaminated: [String: Set<String>]) throws {
    let shots = Dictionary(suite.tasks.map { ($0.name, $0.controlShots) }) { first, _ in first }
    let observations = try suite.requestBlocks(share: share).filter {
      tasks.contains($0.task) && $0.block < most ?? .max
    }.flatMap { block in
      block.observations.filter {
        $0.role == .gold && $0.k == shots[block.task] ?? nil && contaminated[$0.task]?.contains($0.item) != true
      }.prefix(most == nil ? .max : Self.itemsOfFew)
    }
    self.observations = observations
    self.tasks = Dictionary(grouping: observations.indices) { observations[$0].task }.sorted { $0.key < $1.key }
      .map(\.value)
  }

  /// Blocks of demonstrations.
  var blockCount: Int { tasks.reduce(0) { $0 + Set($1.map { observations[$0].block }).count } }

  /// What a model answered, in the order of the observations.
  struct Answers {
    let isRight: [Bool]
    /// Of the gold answer.
    let probability: [Double]
  }

  func ask(_ scorer: EngineScorer) throws -> Answers {
    let scores = try scorer.score(observations.map(\.request))
    return Answers(isRight: scores.map { $0.exactMatch == true }, probability: scores.map { $0.probability ?? 0 })
  }

  /// Probabilities alone: teacher forcing decides them, and nothing is decoded.
  func askProbabilities(_ scorer: EngineScorer) throws -> [Double] {
    let requests = observations.map { observation in
      let request = observation.request
      return Request(
        context: request.context, continuation: request.continuation, specialTokens: request.specialTokens,
        exactMatch: nil)
    }
    return try scorer.score(requests).map { $0.probability ?? 0 }
  }

  /// Tasks weigh equally.
  func mean(_ values: [Double]) -> Double {
    unitMean(families: [tasks.map { places in places.reduce(0) { $0 + values[$1] } / Double(places.count) }]) ?? 0
  }

  func mean(_ values: [Bool]) -> Double { mean(values.map { $0 ? 1 : 0 }) }

  /// By how much a model's values are above another's, item by item, a task each.
  func gains(of values: [Double], over others: [Double]) -> [TaskValues] {
    tasks.map { places in
      TaskValues(
        values: places.map { values[$0] - others[$0] }, blocks: places.map { observations[$0].block })
    }
  }

  /// The same in parts of a loss, with an interval clustered by block.
  func share(of loss: Double, gained values: [Double], over others: [Double]) -> LossShare? {
    LossShare(gains: gains(of: values, over: others), loss: loss)
  }
}

extension Suite {
  /// How many blocks of each task are asked where hundreds of models are: as many as make two dozen together, at least one.
  static func fewBlocks(of tasks: Set<String>) -> Int { max(1, 24 / max(1, tasks.count)) }
}
