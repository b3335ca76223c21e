import Diagnostics
import Digests
import Foundation
import Reading

/// What a server that only writes text has to show before its answers are believed: that it writes greedily, that what it writes depends on
/// what it was asked, and how far its texts lie apart.
package struct WritingTest: Sendable {
  package private(set) var checks: [SelfTest.Check] = []
  package let fingerprint: Fingerprint
  package let noise: NoiseFloor

  /// Tokens of each text: enough for two models to part.
  static let length = 24
  /// By how much a token's logprob may lie below the most probable one's: two that are as probable.
  private static let tie = 0.01

  /// - Parameter tell: is called with each check once it is made.
  /// - Throws: `InputError` for the first that fails: the trap, and what mends it.
  package init(_ model: WritingModel, tell: (SelfTest.Check) -> Void = { _ in }) throws {
    var checks: [SelfTest.Check] = []
    func passed(_ name: String, _ detail: String, wasMade: Bool = true) {
      let check = SelfTest.Check(name, detail, wasMade: wasMade)
      checks.append(check)
      tell(check)
    }
    let facts = model.facts
    passed(
      "model",
      "'\(facts.model)'\(facts.parent.map { ", an adapter on '\($0)'" } ?? ""), served by \(facts.build), asked for text alone"
    )
    for note in model.notes { passed("settings", note, wasMade: false) }
    let alone = try Self.texts(of: model, most: 1)
    guard alone.contains(where: { !$0.text.isEmpty }) else {
      throw InputError(
        model.address.description, "writes nothing behind any of \(alone.count) prompts",
        remedy: "see the server's log: the model, or its chat template, ends every answer at once")
    }
    guard Set(alone.map(\.text)).count > 1 else {
      throw InputError(
        model.address.description, "writes the same text behind \(alone.count) unlike prompts",
        remedy: "it does not read what it is asked: check the server's chat template, and that prompts are not cut")
    }
    passed("texts", "\(Set(alone.map(\.text)).count) texts behind \(alone.count) prompts")
    let pairs = alone.flatMap(\.logprobs)
    if let drawn = pairs.first(where: { $0.top - $0.own > Self.tie }) {
      throw InputError(
        model.address.description,
        "writes a token of logprob \(SelfTest.rounded(drawn.own)) where another has \(SelfTest.rounded(drawn.top)): it does not write greedily",
        remedy: "start the server without settings of sampling of its own, such as a repetition penalty")
    }
    passed(
      "greedy",
      pairs.isEmpty
        ? "the server gives no logprobs of what it writes: that temperature 0 is greedy there is taken on trust"
        : "\(pairs.count) tokens that it wrote are the most probable ones", wasMade: !pairs.isEmpty)
    let others = try [
      Self.texts(of: model, most: .max), Array(Self.texts(of: model, most: .max, reversed: true).reversed()),
      Self.texts(of: model, most: 1),
    ]
    let moved = others.reduce(0) { sum, texts in sum + zip(alone, texts).count { $0.text != $1.text } }
    noise = NoiseFloor(largest: 0, largestSum: 0, flips: moved, tokens: others.count * alone.count)
    passed(
      "order and concurrency",
      moved == 0
        ? "\(noise.tokens) texts equal alone, together and reversed" : "\(moved) of \(noise.tokens) texts moved")
    self.checks = checks
    fingerprint = Fingerprint(texts: alone)
  }

  /// What a model writes behind fixed prompts, in each form that its server has.
  static func texts(of model: WritingModel, most: Int, reversed: Bool = false) throws -> [WrittenText] {
    let all = Fingerprint.texts.flatMap { [WritingPrompt.question($0, arguments: model.arguments), .text($0)] }
      .filter { model.form.refusal(of: $0, count: length) == nil }
    let prompts = reversed ? all.reversed() : all
    var texts = [WrittenText](repeating: WrittenText(text: "", logprobs: []), count: prompts.count)
    try model.write(after: prompts, count: length, logprobs: true, most: most) { texts[$0] = $1 }
    return texts
  }
}

extension Fingerprint {
  /// - Throws: as every request.
  init(of model: WritingModel) throws { self.init(texts: try WritingTest.texts(of: model, most: .max)) }

  /// By the hash of each text: texts of a server belong in no file.
  init(texts: [WrittenText]) {
    self.init(logprobs: [], texts: texts.map { SHA256.hash(data: Data($0.text.utf8)).hexadecimal })
  }
}
