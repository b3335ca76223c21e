import Diagnostics
import Reading
import Scoring
import Tokenizers

/// A model that a server holds, ready to be asked: how its server is asked, and what the server says of it.
package struct ServedModel: Sendable {
  /// With the model's name.
  package let address: ServerAddress
  package let access: ServerAccess
  package let facts: ServerFacts
  package let vocabulary: ServedVocabulary
  let engine: any Engine
  let transport: any Transport

  /// Finds out what kind of server is at an address and which of its models is meant.
  ///
  /// - Throws: `InputError` where nobody answers, the model is not there, or the server gives no prompt logprobs.
  package static func open(
    _ address: ServerAddress, vocabulary: ServedVocabulary, _ access: ServerAccess,
    transport: (any Transport)? = nil
  ) throws -> ServedModel {
    let transport = try transport ?? CurlTransport(address, access)
    return try EngineSearch(address, vocabulary, access, transport).find()
  }

  /// The numeric version of its scores: those of another engine, version or type never meet them.
  package var numericsID: String {
    let rule = vocabulary.tokenizer.appendsToText ? " (EOS left off)" : ""
    let ids = vocabulary.ofServer == nil ? "" : " (ids by its own tokenizer)"
    return "served by \(facts.build)\(rule)\(ids), scoring \(scoringVersion)"
  }

  /// What a prompt may have: one token is always generated.
  package var limits: EncodingLimits {
    EncodingLimits(
      contextLength: (facts.contextLength ?? Int(Int32.max)) - 2, vocabularySize: vocabulary.tokenizer.vocabularySize)
  }

  func pump(start: Int = ConcurrencyControl.start) -> RequestPump {
    RequestPump(transport, address, access, knock: Self.knock, start: start)
  }

  /// What any server of a model answers.
  static let knock = ServerRequest.get("/v1/models")

  /// The readings of prompts.
  ///
  /// - Parameters:
  ///   - from: the first token of each that is scored; nil for the second of all.
  ///   - most: how many at a time.
  ///   - start: how many at first.
  func readings(
    _ prompts: [[Int32]], from: [Int]? = nil, most: Int = .max, start: Int = ConcurrencyControl.start
  ) throws -> [[TokenReading]] {
    var readings = [[TokenReading]](repeating: [], count: prompts.count)
    var next = 0
    try pump(start: start).run(
      {
        guard next < prompts.count else { return nil }
        defer { next += 1 }
        return Numbered(number: next, inner: PromptScoring(engine, prompts[next], from: from?[next] ?? 1))
      }, most: most
    ) { (dialogue: Numbered<PromptScoring>) in readings[dialogue.number] = dialogue.inner.readings }
    return readings
  }

  /// Greedy texts after prompts.
  package func write(after prompts: [[Int32]], count: Int, written: (Int, String) throws -> Void) throws {
    var next = 0
    try pump().run({
      guard next < prompts.count else { return nil }
      defer { next += 1 }
      return Numbered(number: next, inner: SingleRequest(engine.generation(prompts[next], count: count)))
    }) { (dialogue: Numbered<SingleRequest>) in
      let generated: Generated
      do throws(ServerFault) { generated = try engine.generated(dialogue.inner.answer ?? .null, count: count) } catch {
        throw error.error(address)
      }
      var text = generated.text
      if let ids = generated.ids, let tokenizer = vocabulary.local, let answers = vocabulary.answers {
        text = tokenizer.decode(ids.prefix { !answers.endsText($0) })
      }
      try written(dialogue.number, text)
    }
  }

  /// Greedy text after a prompt.
  func generate(_ ids: [Int32], count: Int) throws -> Generated {
    let request = engine.generation(ids, count: count)
    let answer = try pump().answer(request)
    do throws(ServerFault) { return try engine.generated(answer, count: count) } catch {
      throw error.error(address, asking: request.path)
    }
  }
}

/// A dialogue that knows its place.
struct Numbered<Inner: Dialogue>: Dialogue {
  let number: Int
  var inner: Inner

  var request: ServerRequest? { inner.request }

  mutating func take(_ answer: JSONValue) throws(ServerFault) { try inner.take(answer) }
}
