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
  package let served: ServedModel
  /// As the ledger knows it: of a model that was seen before within its noise, the fingerprint of then.
  private let known: ServerDescription
  private var identity: ModelIdentity
  private let tokenizerFiles: [MappedFile]
  package let noise: NoiseFloor

  /// Opens a served model and tests its server.
  ///
  /// - Parameter tell: gets what was found, a line each.
  /// - Throws: `InputError` for what the self-test finds.
  package init(
    _ address: ServerAddress, tokenizer: String, _ access: ServerAccess, ledger: Ledger, tell: (String) -> Void
  ) throws {
    let vocabulary = try ServedVocabulary(path: tokenizer)
    let hashes = LedgerHashCache.forProcess(ledger)
    served = try ServedModel.open(address, vocabulary: vocabulary, access)
    path = served.address.description
    let test = try SelfTest(served)
    for check in test.checks where !check.wasMade { tell("\(served.address): \(check.name): \(check.detail)") }
    noise = test.noise
    tokenizerFiles = try vocabulary.files.urls.map { try MappedFile($0) }
    let seen = ServerDescription(served.facts, test.fingerprint, test.noise)
    let tokenizerHash = try ModelIdentity.tokenizer(vocabulary.files, hashes)
    known = try ledger.servers().first { $0.isSame(as: seen) } ?? seen
    identity = ModelIdentity(
      weights: known.hash, tokenizer: tokenizerHash,
      configuration: CanonicalHash.of(["served", known.build, "\(served.facts.contextLength ?? 0)"]), adapter: nil)
  }

  package var name: String { Subject.shortName(served.facts.model) }
  package var id: String { identity.id }
  package var server: ServerDescription? { known }
  package var kernel: String? { served.facts.build }

  package var notes: [String] {
    noise.isNone
      ? []
      : [
        "\(path): answers to one question move by up to \(noise.largest) nats a token; \(noise.flips) of \(noise.tokens) greedy flags moved"
      ]
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
    try ChatTemplateSet(of: served.vocabulary.files, path: served.vocabulary.path)
  }

  package func ownTemplate() throws -> String? { try templates().entries.first?.source }

  package func ownChat(like chat: ChatDescription) throws -> ChatDescription? {
    let own = try templates()
    return own.hasDefault ? try chat.through(own.template()) : nil
  }

  package func ready(threads: Int) throws -> any ReadyModel {
    ServedReady(served: served, scorer: ServedScorer(served, fingerprint: known.probes, noise: noise), threads: threads)
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
        "\(self.path) is another model than the baseline's (\(asked.model)): its scores of the same texts differ by up to "
          + "\(asked.probes.distance(known.probes)) nats; serve the baseline's model, or save a baseline of this one")
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

  /// How far its scores of the fixed texts lie from another model's, against how far its own lie apart.
  ///
  /// - Returns: nil where the two may be one model.
  func distance(from other: ServedSubject) -> Double? {
    let (own, others) = (known.probes, other.known.probes)
    return own.isNear(others, noise: noise.wider(than: other.noise)) ? nil : own.distance(others)
  }
}

/// A served model that answers.
private struct ServedReady: ReadyModel {
  let served: ServedModel
  let scorer: any Scorer
  let threads: Int

  var bos: String { served.vocabulary.tokenizer.addsBOS ? "bos" : "none" }

  func notes(on requests: [Request]) throws -> [String] {
    PromptEncoding(requests, served.vocabulary.tokenizer).warnings.map { "\(served.vocabulary.path): \($0)" }
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
      guard let encoded = try? served.vocabulary.tokenizer.encode(request), !encoded.context.isEmpty else { continue }
      places.append(place)
      prompts.append(Array(encoded.context))
    }
    try Interruption.watching {
      try served.write(after: prompts, count: tokens) { try answered(places[$0], $1) }
    }
  }
}

extension ServerDescription {
  init(_ facts: ServerFacts, _ fingerprint: Fingerprint, _ noise: NoiseFloor) {
    self.init(
      build: facts.build, engine: facts.engine, model: facts.model, root: facts.root, parent: facts.parent,
      servedHash: facts.servedHash, fingerprint: fingerprint.logprobs, noise: noise.largest,
      noiseOfText: noise.largestSum)
  }

  var probes: Fingerprint { Fingerprint(logprobs: fingerprint) }

  /// Whether both are one model of one build, as far as names and scores tell.
  func isSame(as other: ServerDescription) -> Bool {
    (build, engine, model) == (other.build, other.engine, other.model)
      && (root, parent, servedHash) == (other.root, other.parent, other.servedHash)
      && probes.isNear(other.probes, noise: floor.wider(than: other.floor))
  }

  private var floor: NoiseFloor { NoiseFloor(largest: noise, largestSum: noiseOfText, flips: 0, tokens: 0) }

  /// One hash over what the server says of the model and what the model scores.
  var hash: String {
    CanonicalHash.of(
      ["holdfast served model 1", build, engine, model, root ?? "", parent ?? "", servedHash ?? ""]
        + fingerprint.map { "\($0.bitPattern)" })
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
