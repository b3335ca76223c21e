import Diagnostics
import Reading
import Suites
import Tokenizers
import Transformer

/// Scores requests in the engine of this process: the base model, or one of its adapters.
package final class EngineScorer: Scorer {
  package let model: LoadedModel
  /// The index of the adapter that is scored; nil for the base model.
  package let adapter: Int?
  /// The most rows of a wave.
  package let waveRows: Int
  /// The rows at which a forest is closed and run: memory stays bounded whatever the number of requests, and a run that is killed
  /// loses little. Blocks share next to nothing with each other, so small forests cost next to nothing.
  private let forestRows: Int

  package var numericsID: String {
    // Scoring 1 once took an appended EOS for the context's last token: those scores are not these.
    let rule = model.tokenizer.appendsToText ? " (EOS left off)" : ""
    return "\(engineNumericsID)\(rule), scoring \(scoringVersion)"
  }

  package init(_ model: LoadedModel, adapter: Int? = nil, waveRows: Int = 4096) {
    self.model = model
    self.adapter = adapter
    self.waveRows = waveRows
    forestRows = 2 * waveRows
  }

  package func score(
    _ batches: [[Request]], progress: @escaping (ScoringProgress) -> Void,
    keep: @escaping (Int, [Int: Score]) throws -> Void, deliver: @escaping (Int, [Score]) throws -> Void
  ) throws -> ScoringProgress {
    // Weights stay mapped: what was computed after somebody wrote to them is no score of this model, nor is an error.
    try model.files.whileUnchanged {
      try Interruption.watching {
        var state = ScoringState(batches, most: waveRows, progress: progress) { index, scores in
          try self.model.files.demandUnchanged()
          try deliver(index, scores)
        }
        do {
          try scoreAll(batches, &state)
        } catch let interruption as Interrupted {
          try state.handOver { index, scores in
            try self.model.files.demandUnchanged()
            try keep(index, scores)
          }
          throw interruption
        }
        return state.finish()
      }
    }
  }

  private func scoreAll(_ batches: [[Request]], _ state: inout ScoringState) throws {
    var next = 0
    var encoded: [[EncodedRequest]] = []
    var firstEncoded = 0
    while next < batches.count {
      var job = ForestJob(adapter: adapter)
      // Where the time may end within it, a forest has one wave, so that batches are finished one after another.
      let rows = try state.pace.rows()
      let limit = Interruption.remaining == nil ? forestRows : rows
      while next < batches.count, job.forest.nodeCount < limit {
        if next == firstEncoded + encoded.count {
          // Encoding divides evenly over the threads where there is much of it.
          firstEncoded = next
          encoded = try encode(batches, next..<min(batches.count, next + 64))
        }
        for (index, request) in batches[next].enumerated() {
          job.add(
            request, encoded[next - firstEncoded][index], terminator: vocabulary.terminator(of: request.exactMatch),
            batch: next, index: index
          )
        }
        if batches[next].isEmpty { try state.deliverEmpty(next) }
        next += 1
      }
      try run(job, &state)
    }
  }

  /// Scores requests that belong to no suite, in their order.
  ///
  /// - Throws: `UnscorableRequest` whose `index` is the request's place in the list.
  package func score(_ requests: [Request]) throws -> [Score] {
    // Batches only bound what is in memory at a time: prefixes are shared across them.
    let size = 64
    let batches = stride(from: 0, to: requests.count, by: size).map {
      Array(requests[$0..<min(requests.count, $0 + size)])
    }
    var scores = [[Score]](repeating: [], count: batches.count)
    do {
      _ = try score(batches, progress: { _ in }, deliver: { scores[$0] = $1 })
    } catch let fault as UnscorableRequest {
      throw UnscorableRequest(
        batch: 0, index: fault.batch * size + fault.index, problem: "\(words: fault.problem)",
        remedy: "\(words: fault.remedy)")
    }
    return scores.flatMap { $0 }
  }

  /// The distinct rows that some batches take, those before them counted in; nothing is computed.
  ///
  /// - Throws: `UnscorableRequest`.
  package func rowCounts(_ batches: [[Request]]) throws -> [Int] {
    var forest = PrefixForest()
    return try zip(batches, encode(batches, batches.indices)).map { batch, encoded in
      for (request, encoded) in zip(batch, encoded) {
        _ = forest.insert(ForestJob.rows(of: request, encoded), adapter: adapter)
      }
      return forest.nodeCount
    }
  }

  private func encode(_ batches: [[Request]], _ range: Range<Int>) throws -> [[EncodedRequest]] {
    let limits = EncodingLimits(model.decoder.spec)
    let tokenizer = model.tokenizer
    let results = parallelMap(range.count, threads: model.decoder.team.count) { offset in
      encodeBatch(batches[range.lowerBound + offset], index: range.lowerBound + offset, tokenizer, limits)
    }
    return try results.map { try $0.get() }
  }

  private var vocabulary: AnswerVocabulary { model.vocabulary }

  /// Runs a forest's waves, then decodes what teacher forcing left open.
  private func run(_ job: ForestJob, _ state: inout ScoringState) throws {
    state.progress.plainRows += job.plainRows
    var answers = [NextToken?](repeating: nil, count: job.forest.nodeCount)
    var waiting = job.entries[...]
    var undecided: [OpenAnswer] = []
    var waves = WavePlan(job.forest, waveRows: waveRows).makeIterator()
    while let planned = try waves.next(atMost: state.pace.rows()) {
      let results = try state.timing(planned) { try model.decoder.forward(planned.wave) }
      for (node, result) in zip(planned.scoredNodes, results) { answers[node] = result }
      // Entries were added in preorder but for prefixes that reach back to an earlier tree: take those that are complete from the front.
      while let entry = waiting.first, entry.predictions.allSatisfy({ answers[$0.node] != nil }) {
        waiting.removeFirst()
        if let open = try settle(entry, answers, &state) { undecided.append(open) }
      }
    }
    for entry in waiting {
      guard entry.predictions.allSatisfy({ answers[$0.node] != nil }) else { throw IncompleteForest() }
      if let open = try settle(entry, answers, &state) { undecided.append(open) }
    }
    try decode(undecided, &state)
  }

  /// A request whose logprob is known and whose greedy text is not.
  private struct OpenAnswer {
    let entry: ForestJob.Entry
    var text: GreedyText
    var ids: [Int32]
    let score: (Bool) -> Score
  }

  private func settle(
    _ entry: ForestJob.Entry, _ answers: [NextToken?], _ state: inout ScoringState
  ) throws -> OpenAnswer? {
    let predictions = entry.predictions.compactMap { target in answers[target.node].map { (target, $0) } }
    let continuation = entry.encoded.continuation
    var logprob = 0.0
    for (target, answer) in predictions.prefix(continuation.count) { logprob += answer.logprob(target.index) }
    let argmaxes = predictions.map(\.1.argmax)
    let terminator = predictions.count > continuation.count ? predictions.last.map { $0.1.logprob($0.0.index) } : nil
    let encoded = entry.encoded
    let total = logprob
    func score(_ exactMatch: Bool?) -> Score {
      Score(
        logprob: total, isGreedy: zip(argmaxes, continuation).allSatisfy { $0 == $1 },
        terminatorLogprob: terminator, tokenCount: continuation.count, contextTokenCount: encoded.contextCount,
        tokenHash: encoded.tokenHash, exactMatch: exactMatch, tokens: Array(continuation))
    }
    guard let rule = entry.request.exactMatch else {
      try state.settle(entry, score(nil))
      return nil
    }
    var text = GreedyText(rule)
    switch text.follow(encoded, argmaxes: argmaxes, vocabulary) {
    case .settled(let matches):
      try state.settle(entry, score(matches))
      return nil
    case .undecided(let ids):
      return OpenAnswer(entry: entry, text: text, ids: ids) { score($0) }
    }
  }

  /// Greedy decoding of the answers that are open, one token a round, all of them together in waves of their own.
  private func decode(_ answers: [OpenAnswer], _ state: inout ScoringState) throws {
    var open = answers
    state.progress.decodedRequests += open.count
    while !open.isEmpty {
      var forest = PrefixForest()
      let nodes = open.map { forest.insert($0.ids[...], adapter: adapter).last ?? 0 }
      for node in nodes { forest.score(node) }
      var next: [Int: Int32] = [:]
      var waves = WavePlan(forest, waveRows: waveRows).makeIterator()
      while let planned = try waves.next(atMost: state.pace.rows()) {
        let results = try state.timing(planned) { try model.decoder.forward(planned.wave) }
        for (node, result) in zip(planned.scoredNodes, results) { next[node] = result.argmax }
      }
      var still: [OpenAnswer] = []
      for (index, node) in nodes.enumerated() {
        var answer = open[index]
        guard let token = next[node] else { throw IncompleteForest() }
        answer.ids.append(token)
        let outOfRoom = answer.ids.count > model.decoder.spec.contextLength
        if let result = answer.text.append(token, vocabulary) {
          try state.settle(answer.entry, answer.score(result))
        } else if outOfRoom {
          try state.settle(answer.entry, answer.score(answer.text.finish()))
        } else {
          still.append(answer)
        }
      }
      open = still
    }
  }
}

/// A forest ran and a request of it has no answer: a fault of the program's own, never a score.
struct IncompleteForest: Error {}
