import Diagnostics
import Evaluation
import Foundation
import Reading
import Served

/// What `doctor --server` finds: the self-test's checks, and how far the server is from this engine.
struct ServerCheckup: Encodable {
  let server: String
  let facts: ServerFacts
  let noise: NoiseFloor
  let checks: [Line]
  let local: Local?

  struct Line: Encodable {
    let name: String
    let detail: String
    let made: Bool
  }

  struct Local: Encodable {
    let path: String
    let requests: Int
    let largest: Double
    let greedyDiffer: Int

    enum CodingKeys: String, CodingKey {
      case path, requests, largest
      case greedyDiffer = "greedy_differ"
    }
  }

  /// Of a server that only writes text.
  ///
  /// - Parameters:
  ///   - arguments: what the model's chat template is told.
  ///   - tell: is called with each line as it is known.
  init(
    writing address: ServerAddress, arguments: JSONObject, _ access: ServerAccess, tell: (ShownText) throws -> Void
  ) throws {
    let model = try WritingModel.open(address, access, arguments: arguments)
    var fault: (any Error)?
    let test = try WritingTest(model) { check in
      do { try tell(Self.line(check.name, check.detail, made: check.wasMade)) } catch { fault = error }
    }
    if let fault { throw fault }
    checks = test.checks.map { Line(name: $0.name, detail: $0.detail, made: $0.wasMade) }
    (server, facts, noise, local) = (model.address.description, model.facts, test.noise, nil)
  }

  private static func line(_ name: String, _ detail: String, made: Bool) -> ShownText {
    "\(words: made ? "ok      " : "skipped ") \(name.padded(to: 22)) \(detail)"
  }

  /// - Parameter tell: is called with each line as it is known.
  init(
    _ address: ServerAddress, tokenizer: TokenizerPlace, local path: String?, _ access: ServerAccess, threads: Int,
    tell: (ShownText) throws -> Void
  ) throws {
    let model = try ServedModel.open(
      address, vocabulary: try ServedVocabulary(of: tokenizer, address, access), access)
    var fault: (any Error)?
    func say(_ name: String, _ detail: String, made: Bool = true) {
      do { try tell(Self.line(name, detail, made: made)) } catch { fault = error }
    }
    say("tokenizer", tokenizer.description)
    let test = try SelfTest(model) { say($0.name, $0.detail, made: $0.wasMade) }
    var lines = [Line(name: "tokenizer", detail: tokenizer.description, made: true)]
    lines += test.checks.map { Line(name: $0.name, detail: $0.detail, made: $0.wasMade) }
    // Of an adapter the files of what it is on are another model.
    if let path = path ?? (model.vocabulary.hasWeights && model.facts.parent == nil ? model.vocabulary.path : nil) {
      let distance = try LocalDistance(
        ServedScorer(model, fingerprint: test.fingerprint, noise: test.noise), path: path, threads: threads)
      local = Local(
        path: path, requests: distance.requests, largest: distance.largest, greedyDiffer: distance.greedyDiffer)
      let detail =
        "\(distance.requests) requests: logprobs within \(String(format: "%.6f", distance.largest)) nats of this engine's, \(distance.greedyDiffer) answered otherwise"
      say("this engine", detail)
      lines.append(Line(name: "this engine", detail: detail, made: true))
    } else {
      local = nil
      say("this engine", "no weights beside the tokenizer; --local PATH names them", made: false)
    }
    if let fault { throw fault }
    (server, facts, noise, checks) = (model.address.description, model.facts, test.noise, lines)
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String { padding(toLength: max(width, count), withPad: " ", startingAt: 0) }
}
