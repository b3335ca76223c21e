import ChatTemplates
import Checkpoints
import Diagnostics
import Foundation
import Gating
import Ledger
import Reading
import Scoring
import Served
import Suites

/// A model that a server holds, proved by the self-test.
///
/// No file says what it is: its identity is what its server says of itself and what it scores a fixed set of texts with, so that other weights
/// under the same name are another model.
package struct ServedSubject: AskedModel {
  package let path: String
  private let held: Held
  /// As the ledger knows it: of a model that was seen before within its noise, the fingerprint of then.
  private let known: ServerDescription
  private var identity: ModelIdentity
  private let tokenizerFiles: [MappedFile]
  package let noise: NoiseFloor

  /// How its server can be asked.
  private enum Held: Sendable {
    /// For logprobs and text.
    case scoring(ServedModel)
    /// For text alone.
    case writing(WritingModel)
  }

  /// Opens a served model and tests its server.
  ///
  /// - Parameter tell: gets what was found, a line each.
  /// - Throws: `InputError` for what the self-test finds.
  package init(
    _ address: ServerAddress, tokenizer: TokenizerPlace, _ access: ServerAccess, ledger: Ledger, tell: (String) -> Void
  ) throws {
    let vocabulary = try ServedVocabulary(of: tokenizer, address, access)
    let hashes = LedgerHashCache.forProcess(ledger)
    let served = try ServedModel.open(address, vocabulary: vocabulary, access)
    held = .scoring(served)
    path = served.address.description
    let test = try SelfTest(served)
    for check in test.checks where !check.wasMade { tell("\(served.address): \(check.name): \(check.detail)") }
    noise = test.noise
    tokenizerFiles = try (vocabulary.files?.urls ?? []).map { try MappedFile($0) }
    let seen = ServerDescription(served.facts, test.fingerprint, test.noise)
    let tokenizerHash =
      try vocabulary.files.map { try ModelIdentity.tokenizer($0, hashes) }
      ?? TokenCheck.hash(of: vocabulary.tokenizer)
    known = try ledger.servers().first { $0.isSame(as: seen) } ?? seen
    identity = ModelIdentity(
      weights: known.hash, tokenizer: tokenizerHash,
      configuration: CanonicalHash.of(["served", known.build, "\(served.facts.contextLength ?? 0)"]), adapter: nil)
  }

  /// Opens a model of a server that only writes text, and tests it.
  ///
  /// - Parameter arguments: what its chat template is told.
  /// - Throws: `InputError` for what the test finds.
  package init(
    writing address: ServerAddress, arguments: JSONObject, _ access: ServerAccess, ledger: Ledger,
    tell: (String) -> Void
  ) throws {
    let model = try WritingModel.open(address, access, arguments: arguments)
    held = .writing(model)
    path = model.address.description
    let test = try WritingTest(model)
    for check in test.checks where !check.wasMade { tell("\(model.address): \(check.name): \(check.detail)") }
    noise = test.noise
    tokenizerFiles = []
    let seen = ServerDescription(model.facts, test.fingerprint, test.noise)
    known = try ledger.servers().first { $0.isSame(as: seen) } ?? seen
    identity = ModelIdentity(
      weights: known.hash, tokenizer: CanonicalHash.of(["the server's own"]),
      configuration: CanonicalHash.of(["written", known.build]), adapter: nil)
  }

  package var name: String { Subject.shortName(known.model) }
  package var id: String { identity.id }
  package var server: ServerDescription? { known }
  package var kernel: String? { known.build }

  package var notes: [String] {
    var notes: [String] = []
    if case .scoring(let served) = held, served.vocabulary.ofServer != nil {
      notes.append("\(path): no files of its tokenizer are here: token ids are those of its own /tokenize")
    }
    guard !noise.isNone else { return notes }
    return notes
      + (known.writesOnly
        ? ["\(path): \(noise.flips) of \(noise.tokens) texts moved when they were asked for again"]
        : [
          "\(path): answers to one question move by up to \(noise.largest) nats a token; \(noise.flips) of \(noise.tokens) greedy flags moved"
        ])
  }

  package var record: ModelRecord {
    ModelRecord(
      id: id, name: name, path: path, weights: identity.weights, tokenizer: identity.tokenizer,
      configuration: identity.configuration, adapter: nil, format: "server", storage: description.storage,
      server: known.json)
  }

  package var description: ModelDescription {
    ModelDescription(
      name: name, weights: identity.weights, adapter: nil, tokenizer: identity.tokenizer,
      configuration: identity.configuration, storage: "served")
  }

  package func demandUnchanged() throws { try tokenizerFiles.demandUnchanged() }

  package func whileUnchanged<Value>(_ body: () throws -> Value) throws -> Value {
    try tokenizerFiles.whileUnchanged(body)
  }

  package func templates() throws -> ChatTemplateSet {
    switch held {
    case .scoring(let served):
      if let files = served.vocabulary.files {
        try ChatTemplateSet(of: files, path: served.vocabulary.path)
      } else {
        ChatTemplateSet(path: path, specialTokens: served.vocabulary.ofServer?.specialTokens ?? [])
      }
    case .writing: ChatTemplateSet(ofServer: path)
    }
  }

  package func ownTemplate() throws -> String? { known.writesOnly ? nil : try templates().entries.first?.source }

  package func ownChat(like chat: ChatDescription) throws -> ChatDescription? {
    guard !known.writesOnly else { return nil }
    let own = try templates()
    return own.hasDefault ? try chat.through(own.template()) : nil
  }

  package func ready(threads: Int) throws -> any ReadyModel {
    switch held {
    case .scoring(let served):
      ServedReady(
        served: served, scorer: ServedScorer(served, fingerprint: known.probes, noise: noise), threads: threads)
    case .writing(let model):
      WritingReady(model: model, scorer: WritingScorer(model, fingerprint: known.probes, noise: noise))
    }
  }

  /// Refuses a server that does not hold the baseline's model, or holds it in another build.
  func demandModel(of baseline: Baseline, at path: String) throws {
    guard let asked = baseline.run.server else {
      throw NotGateable(
        "the baseline \(path) was scored by this engine and not by a server, and the scores of two engines never meet; save one of the served base"
      )
    }
    guard asked.build == known.build else {
      throw NotGateable(
        "the baseline \(path) was scored by \(asked.build), and \(self.path) is \(known.build); save the baseline again with it"
      )
    }
    guard asked.isSame(as: known) else {
      throw NotGateable(
        "\(self.path) is another model than the baseline's (\(asked.model)): \(asked.probes.difference(from: known.probes)); "
          + "serve the baseline's model, or save a baseline of this one")
    }
  }

  /// The same as it answers beside a candidate, where answers of the server move: the ledger keeps these answers apart, so that those of an
  /// earlier gate, which something may have shifted that is common to all of them, are never contrasted with today's.
  func beside(_ candidate: ServedSubject) -> ServedSubject {
    guard !(noise.isNone && candidate.noise.isNone) else { return self }
    var asked = self
    asked.identity = ModelIdentity(
      weights: identity.weights, tokenizer: identity.tokenizer,
      configuration: CanonicalHash.of([identity.configuration, "beside", candidate.id]), adapter: nil)
    return asked
  }

  /// Whether two may be one model: what tells them apart lies no farther apart than answers of one.
  func mayBe(_ other: ServedSubject) -> Bool {
    known.probes.isNear(other.known.probes, noise: noise.wider(than: other.noise))
  }
}

/// A served model that answers.
private struct ServedReady: ReadyModel {
  let served: ServedModel
  let scorer: any Scorer
  let threads: Int

  var bos: String { served.vocabulary.tokenizer.addsBOS ? "bos" : "none" }

  func notes(on requests: [Request]) throws -> [String] {
    guard let tokenizer = served.vocabulary.local else { return [] }
    return PromptEncoding(requests, tokenizer).warnings.map { "\(served.vocabulary.path): \($0)" }
  }

  func tokenHashes(of batches: [[Request]]) throws -> [[String: String]] {
    try Scoring.tokenHashes(of: batches, served.vocabulary.tokenizer, served.limits, threads: threads)
  }

  func write(
    after requests: [Request], tokens: Int, stops: Bool, answered: (Int, String) throws -> Void
  ) throws {
    var places: [Int] = []
    var prompts: [[Int32]] = []
    for (place, request) in requests.enumerated() {
      let encoded: EncodedRequest
      do throws(EncodingFault) { encoded = try served.vocabulary.tokenizer.encode(request) } catch {
        // A prompt without tokens has no text behind it; one that the server did not read is no such.
        guard error != .unread else { throw error }
        continue
      }
      guard !encoded.context.isEmpty else { continue }
      places.append(place)
      prompts.append(Array(encoded.context))
    }
    try Interruption.watching {
      try served.write(after: prompts, count: tokens) { try answered(places[$0], $1) }
    }
  }
}

/// A model that answers with text alone.
private struct WritingReady: ReadyModel {
  let model: WritingModel
  let scorer: any Scorer

  /// Whatever the server puts before a prompt.
  var bos: String { "the server's" }

  func notes(on requests: [Request]) throws -> [String] { [] }

  func tokenHashes(of batches: [[Request]]) throws -> [[String: String]] { textHashes(of: batches) }

  func write(
    after requests: [Request], tokens: Int, stops: Bool, answered: (Int, String) throws -> Void
  ) throws {
    let prompts = try requests.map(model.prompt)
    try Interruption.watching {
      try model.write(
        after: prompts, count: tokens, stops: stops ? requests.map { $0.exactMatch?.stop ?? "" } : nil
      ) { try answered($0, $1.text) }
    }
  }
}

extension ServerDescription {
  init(_ facts: ServerFacts, _ fingerprint: Fingerprint, _ noise: NoiseFloor) {
    self.init(
      build: facts.build, engine: facts.engine, model: facts.model, root: facts.root, parent: facts.parent,
      servedHash: facts.servedHash, fingerprint: fingerprint.logprobs,
      texts: fingerprint.texts.isEmpty ? nil : fingerprint.texts, noise: noise.largest, noiseOfText: noise.largestSum,
      moved: fingerprint.texts.isEmpty || noise.flips == 0 ? nil : noise.flips)
  }

  var probes: Fingerprint { Fingerprint(logprobs: fingerprint, texts: texts ?? []) }

  /// Whether both are one model of one build, as far as names and scores tell.
  func isSame(as other: ServerDescription) -> Bool {
    (build, engine, model) == (other.build, other.engine, other.model)
      && (root, parent, servedHash) == (other.root, other.parent, other.servedHash)
      && probes.isNear(other.probes, noise: floor.wider(than: other.floor))
  }

  private var floor: NoiseFloor {
    NoiseFloor(largest: noise, largestSum: noiseOfText, flips: moved ?? 0, tokens: 0)
  }

  /// One hash over what the server says of the model and what the model scores.
  var hash: String {
    CanonicalHash.of(
      ["holdfast served model 1", build, engine, model, root ?? "", parent ?? "", servedHash ?? ""]
        + fingerprint.map { "\($0.bitPattern)" } + (texts.map { ["texts"] + $0 } ?? []))
  }

  var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }
}

extension Ledger {
  /// Every served model that was registered.
  func servers() throws -> [ServerDescription] {
    try serverRecords().compactMap { try? JSONDecoder().decode(ServerDescription.self, from: Data($0.utf8)) }
  }
}
