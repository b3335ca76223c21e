/// A sequence that is being generated.
struct LiveSequence {
  /// Its place among the prompts.
  let index: Int
  let promptCount: Int
  /// The pages that it will need at most.
  let pages: Int
  let cache: SequenceCache
  /// Prompt and tokens so far.
  var ids: [Int32]
  /// How many of them have their keys and values in the cache.
  var cached = 0
  var generator: SamplingGenerator
}

/// Which sequences advance together, which wait, and which have ended.
struct SequenceQueue {
  /// What advances together at most; one sequence always does.
  struct Limits {
    let sequences: Int
    /// Prompt tokens of a wave.
    let rows: Int
    /// Pages that the sequences could need.
    let pages: Int
  }

  var live: [LiveSequence] = []
  private let prompts: [[Int32]]
  private let settings: SamplingSettings
  private let context: Int
  private let limits: Limits
  private let layout: SequenceCache.Layout
  private let generator: (Int) -> SamplingGenerator
  private var next = 0
  private var ended: [(Int, SampledSequence)] = []

  /// - Parameter generator: of the sequence after the prompt at an index.
  init(
    _ prompts: [[Int32]], settings: SamplingSettings, context: Int, limits: Limits, layout: SequenceCache.Layout,
    generator: @escaping (Int) -> SamplingGenerator
  ) {
    self.prompts = prompts
    self.settings = settings
    self.context = context
    self.limits = limits
    self.layout = layout
    self.generator = generator
  }

  /// The sequences that ended since the last call.
  mutating func takeEnded() -> [(Int, SampledSequence)] {
    defer { ended = [] }
    return ended
  }

  /// Lets waiting prompts in, in their order, as far as there is room.
  mutating func admit() {
    var rows = 0
    var pages = live.reduce(0) { $0 + $1.pages }
    while next < prompts.count {
      let prompt = prompts[next]
      let room = min(settings.maximumTokens, context - prompt.count)
      let needed = SequenceCache.Layout.pages(prompt.count + room)
      guard
        live.isEmpty
          || live.count < limits.sequences && rows + prompt.count <= limits.rows && pages + needed <= limits.pages
      else { return }
      if room == 0 {
        // Ended before it began; the caller takes it with the next ones.
        ended.append((next, SampledSequence(tokens: [], ending: ending(0))))
      } else {
        rows += prompt.count
        pages += needed
        live.append(
          LiveSequence(
            index: next, promptCount: prompt.count, pages: needed, cache: SequenceCache(layout), ids: prompt,
            generator: generator(next)))
      }
      next += 1
    }
  }

  /// Gives every live sequence its next token; those that end leave.
  mutating func append(_ tokens: [Int32]) {
    var still: [LiveSequence] = []
    for (sequence, token) in zip(live, tokens) {
      var sequence = sequence
      sequence.cached = sequence.ids.count
      let stops = settings.stopTokens.contains(token)
      if !stops { sequence.ids.append(token) }
      let count = sequence.ids.count - sequence.promptCount
      if stops || count == settings.maximumTokens || sequence.ids.count == context {
        let ending = stops ? SampledSequence.Ending.stopToken(token) : ending(count)
        let tokens = Array(sequence.ids[sequence.promptCount...])
        ended.append((sequence.index, SampledSequence(tokens: tokens, ending: ending)))
      } else {
        still.append(sequence)
      }
    }
    live = still
  }

  private func ending(_ count: Int) -> SampledSequence.Ending {
    count == settings.maximumTokens ? .maximumTokens : .contextLength
  }
}
