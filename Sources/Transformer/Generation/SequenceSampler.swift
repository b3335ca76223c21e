import Diagnostics

/// Generates text after prompts: all sequences advance together, one row each a wave, over their own keys and values.
///
/// A sequence's tokens are the same bits alone and in any batch, with any number of threads, and those of running the
/// whole sequence anew for every token. Where not all of them fit into the cache at once, the next begins when one has
/// ended. Like its decoder, a sampler is used by one caller at a time.
package final class SequenceSampler {
  private let decoder: Decoder
  private let adapter: Int?
  private let limits: SequenceQueue.Limits

  /// - Parameters:
  ///   - adapter: the index of the decoder's adapter that changes the model; nil for the base model.
  ///   - sequences: the most sequences that advance together.
  ///   - waveRows: the prompt tokens a wave takes, but for a single longer prompt.
  ///   - cacheBytes: the memory for keys and values, but for a single sequence that needs more.
  package init(
    _ decoder: Decoder, adapter: Int? = nil, sequences: Int = 256, waveRows: Int = 2048, cacheBytes: Int = 1 << 30
  ) {
    self.decoder = decoder
    self.adapter = adapter
    limits = SequenceQueue.Limits(
      sequences: max(1, sequences), rows: waveRows,
      pages: cacheBytes / SequenceCache.Layout(decoder.spec).pageBytes)
  }

  /// What the model generates after each prompt, in their order.
  ///
  /// - Parameters:
  ///   - prompts: token ids, at least one each.
  ///   - firstStream: prompt i draws from the stream of random numbers (seed, firstStream + i): a batch can be made in
  ///     parts.
  ///   - deliver: is given every sequence as soon as it has ended, by its index.
  ///   - inspect: sees the logits [vocabulary] behind each token, by the sequence's index, before it is chosen; for
  ///     tests.
  /// - Throws: `Interrupted` where it is to end, `InputError` for settings or prompts that cannot be, and for weights or activations that are not finite.
  package func sample(
    prompts: [[Int32]], settings: SamplingSettings, seed: UInt64, firstStream: UInt64 = 0,
    deliver: (Int, SampledSequence) throws -> Void = { _, _ in },
    inspect: ((Int, UnsafeBufferPointer<Float>) -> Void)? = nil
  ) throws -> [SampledSequence] {
    try settings.check("sampling")
    for (index, prompt) in prompts.enumerated() { try check(prompt, index) }
    var results = [SampledSequence?](repeating: nil, count: prompts.count)
    var queue = SequenceQueue(
      prompts, settings: settings, context: decoder.spec.contextLength, limits: limits,
      layout: SequenceCache.Layout(decoder.spec)
    ) { SamplingGenerator(seed: seed, stream: firstStream &+ UInt64($0)) }
    var logits = FloatBuffer(0)
    while true {
      queue.admit()
      for (index, result) in queue.takeEnded() {
        results[index] = result
        try deliver(index, result)
      }
      if queue.live.isEmpty { break }
      // After what has ended is delivered.
      try Interruption.check()
      let needed = settings.temperature > 0 || inspect != nil ? queue.live.count * decoder.spec.vocabularySize : 0
      if logits.count < needed { logits = FloatBuffer(needed) }
      let answers = try advance(queue.live, logits: needed > 0 ? logits : nil)
      if let inspect {
        for (row, sequence) in queue.live.enumerated() { inspect(sequence.index, self.row(row, of: logits)) }
      }
      queue.append(settings.temperature > 0 ? draw(&queue.live, settings, logits) : answers.map(\.argmax))
    }
    return results.compactMap { $0 }
  }

  private func check(_ prompt: [Int32], _ index: Int) throws {
    let spec = decoder.spec
    let field = "prompt \(index)"
    guard !prompt.isEmpty else {
      throw InputError(
        decoder.weights.path, field: field, "it has no tokens", remedy: "begin with the token that begins a text")
    }
    guard prompt.count <= spec.contextLength else {
      throw InputError(
        decoder.weights.path, field: field,
        "its \(prompt.count) tokens are more than the model's context of \(spec.contextLength)",
        remedy: "shorten the prompt")
    }
    if let token = prompt.first(where: { $0 < 0 || Int($0) >= spec.vocabularySize }) {
      throw InputError(
        decoder.weights.path, field: field, "\(token) is no token of a vocabulary of \(spec.vocabularySize)",
        remedy: "use the tokenizer that belongs to the model")
    }
  }

  /// Runs what is new of every sequence, and leaves the logits after each in `logits`, [sequences, vocabulary].
  private func advance(_ live: [LiveSequence], logits: FloatBuffer?) throws -> [NextToken] {
    var wave = Wave()
    for sequence in live {
      let first = wave.rowCount
      let new = sequence.ids[sequence.cached...]
      sequence.cache.reserve(sequence.ids.count)
      wave.tokens += new
      wave.positions += (sequence.cached..<sequence.ids.count).map { Int32($0) }
      wave.segments.append(
        Wave.Segment(firstRow: first, count: new.count, startPosition: sequence.cached, parent: nil))
      wave.scored.append(Wave.ScoredRow(row: wave.rowCount - 1, targets: []))
    }
    wave.adapterRanges = [Wave.AdapterRange(rows: 0..<wave.rowCount, adapter: adapter)]
    let vocabulary = decoder.spec.vocabularySize
    let caches = live.map(\.cache)
    guard let logits else { return try decoder.forward(wave, caches: caches, inspectLogits: nil) }
    return try decoder.forward(wave, caches: caches) { row, _, firstToken, tokens, chunk in
      (logits.pointer + row * vocabulary + firstToken).update(from: chunk, count: tokens)
    }
  }

  private func row(_ row: Int, of logits: FloatBuffer) -> UnsafeBufferPointer<Float> {
    let vocabulary = decoder.spec.vocabularySize
    return UnsafeBufferPointer(start: logits.pointer + row * vocabulary, count: vocabulary)
  }

  private func draw(_ live: inout [LiveSequence], _ settings: SamplingSettings, _ logits: FloatBuffer) -> [Int32] {
    let uniforms = live.indices.map { live[$0].generator.uniform() }
    let draw = TokenDraw(temperature: settings.temperature, topK: settings.topK)
    var tokens = [Int32](repeating: 0, count: live.count)
    tokens.withUnsafeMutableBufferPointer { tokens in
      decoder.team.run(uniforms.count) { task, _ in
        tokens[task] = draw.token(row(task, of: logits), uniform: uniforms[task])
      }
    }
    return tokens
  }
}
