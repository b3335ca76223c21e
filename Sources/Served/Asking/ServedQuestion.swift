import Diagnostics
import Reading
import Scoring
import Suites
import Tokenizers

/// A request of a suite on its way through a server: its answer scored, and greedy text written where scores leave open whether that is right.
struct ServedQuestion: Dialogue {
  let batch: Int
  let index: Int
  private(set) var score: Score?
  /// Tokens that were sent.
  private(set) var tokens = 0
  /// Whether text had to be written.
  private(set) var wasWritten = false

  private let asked: Request
  private let encoded: EncodedRequest
  private let engine: any Engine
  /// Nil where the server alone knows what a token is: what scores leave open its text decides.
  private let vocabulary: AnswerVocabulary?
  /// The ids of the text that ends an answer; none where no exact match is asked for.
  private let terminators: [Int32]
  private let contextLength: Int
  private var scoring: PromptScoring
  private var text: GreedyText?
  /// Context and greedy tokens so far, where text is being written.
  private var written: [Int32] = []
  private var isWriting = false

  /// Tokens that are written at a time: answers are short, and text without ids cannot be gone on with.
  private var piece: Int { engine.writesIDs && vocabulary != nil ? 8 : GreedyText.tokenLimit }

  init(
    _ asked: Request, _ encoded: EncodedRequest, batch: Int, index: Int, _ engine: any Engine,
    _ vocabulary: ServedVocabulary, contextLength: Int
  ) throws(UnreadText) {
    (self.batch, self.index, self.asked, self.encoded) = (batch, index, asked, encoded)
    (self.engine, self.vocabulary, self.contextLength) = (engine, vocabulary.answers, contextLength)
    terminators = try vocabulary.terminators(of: asked.exactMatch)
    let ids = encoded.ids + terminators.prefix(1)
    scoring = PromptScoring(engine, ids, from: encoded.contextCount)
    text = asked.exactMatch.map(GreedyText.init)
    tokens = ids.count
  }

  var request: ServerRequest? {
    if score != nil { return nil }
    return isWriting ? engine.generation(written, count: room) : scoring.request
  }

  private var room: Int { max(1, min(piece, contextLength - written.count)) }

  mutating func take(_ answer: JSONValue) throws(ServerFault) {
    if isWriting { return try takeText(answer) }
    try scoring.take(answer)
    guard scoring.request == nil else { return }
    guard var text else { return finish(nil) }
    defer { self.text = text }
    let readings = scoring.readings
    guard let vocabulary else { return settleByText() }
    let own = encoded.continuation + terminators.prefix(readings.count - encoded.continuation.count)
    let argmaxes = zip(own, readings).map { id, reading in reading.isTop ? id : reading.top }
    switch text.follow(encoded, argmaxes: argmaxes, vocabulary) {
    case .settled(let matches): finish(matches)
    case .undecided(let ids):
      (written, isWriting, wasWritten) = (ids, true, true)
    }
  }

  /// Where every token of the answer and of what ends it is the most probable, greedy text is the answer; anything else is written.
  private mutating func settleByText() {
    guard var text, let rule = asked.exactMatch else { return finish(nil) }
    let isGreedy = scoring.readings.allSatisfy(\.isTop) && scoring.readings.count > encoded.continuation.count
    if isGreedy, terminators.count == 1, text.append(Array((asked.continuation + rule.stop).utf8)) == true {
      return finish(true)
    }
    (written, isWriting, wasWritten) = (Array(encoded.context), true, true)
  }

  private mutating func takeText(_ answer: JSONValue) throws(ServerFault) {
    let generated = try engine.generated(answer, count: room)
    if let read = generated.promptTokens, read != written.count {
      throw .malformed("reads \(read) prompt tokens where \(written.count) were sent")
    }
    guard generated.promptIDs.map({ $0 == written }) ?? true else {
      throw .malformed("writes behind other ids than those sent")
    }
    guard generated.ids?.isEmpty != true || generated.hasEnded else {
      throw .unwritten("writes nothing, and does not say that its text has ended")
    }
    tokens += written.count
    guard var text else { return finish(nil) }
    defer { self.text = text }
    if let ids = generated.ids, let vocabulary {
      for id in ids {
        written.append(id)
        if let result = text.append(id, vocabulary) { return finish(result) }
      }
    } else if let result = text.append(Array(generated.text.utf8)) {
      return finish(result)
    }
    let isOver = generated.hasEnded || generated.ids == nil || written.count >= contextLength
    if isOver { finish(text.finish()) }
  }

  private mutating func finish(_ matches: Bool?) {
    let readings = scoring.readings
    let own = readings.prefix(encoded.continuation.count)
    score = Score(
      logprob: own.reduce(0) { $0 + $1.logprob }, isGreedy: own.allSatisfy(\.isTop),
      terminatorLogprob: readings.count > own.count ? readings[own.count].logprob : nil,
      tokenCount: encoded.continuation.count, contextTokenCount: encoded.contextCount, tokenHash: encoded.tokenHash,
      exactMatch: matches, tokens: Array(encoded.continuation))
  }
}
