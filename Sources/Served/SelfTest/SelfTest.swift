import Diagnostics
import Foundation
import Reading
import Scoring
import Tokenizers

/// What a server has to show before anything that it says is believed: the traps that scoring over HTTP falls into silently, one check each.
package struct SelfTest: Sendable {
  /// One check, as it went.
  package struct Check: Sendable, Hashable {
    package let name: String
    /// What was seen.
    package let detail: String
    /// Whether it could be made at all.
    package let wasMade: Bool

    init(_ name: String, _ detail: String, wasMade: Bool = true) {
      self.name = name
      self.detail = detail
      self.wasMade = wasMade
    }
  }

  package let model: ServedModel
  package private(set) var checks: [Check] = []
  package let fingerprint: Fingerprint
  package let noise: NoiseFloor

  /// Tokens that are written and scored again.
  private static let written = 4
  /// Generated and teacher-forced logprobs may differ by so much a token: other kernels, never another token.
  private static let agreement = 0.25

  /// - Parameter tell: is called with each check once it is made.
  /// - Throws: `InputError` for the first that fails: the trap, and what mends it.
  package init(_ model: ServedModel, tell: (Check) -> Void = { _ in }) throws {
    self.model = model
    var checks: [Check] = []
    func passed(_ name: String, _ detail: String, wasMade: Bool = true) {
      let check = Check(name, detail, wasMade: wasMade)
      checks.append(check)
      tell(check)
    }
    let facts = model.facts
    passed(
      "model",
      "'\(facts.model)'\(facts.parent.map { ", an adapter on '\($0)'" } ?? ""), served by \(facts.build), asked as \(facts.engine)"
    )
    let ids = try TokenCheck(model).run()
    passed("token ids", ids.text, wasMade: ids.wasMade)
    let prompts = try Fingerprint.prompts(model.vocabulary.tokenizer)
    passed("shape", try Self.shape(model, prompts))
    try Self.causality(model)
    passed("alignment", try Self.alignment(model))
    let (first, floor) = try Self.noise(model, prompts)
    passed(
      "order and concurrency",
      floor.isNone
        ? "\(floor.tokens) logprobs equal to the bit alone, together and reversed"
        : "logprobs move by up to \(floor.largest) a token; \(floor.flips) of \(floor.tokens) greedy flags moved")
    self.checks = checks
    fingerprint = Fingerprint(readings: first)
    noise = floor
  }

  /// As many logprobs as ids, of a spread that only a model has.
  private static func shape(_ model: ServedModel, _ prompts: [[Int32]]) throws -> String {
    let readings = try model.readings(Array(prompts.prefix(2)), most: 1).flatMap { $0 }
    let values = readings.map(\.logprob)
    guard let low = values.min(), let high = values.max(), low < -1e-9, high - low > 1e-6 else {
      throw InputError(
        model.address.description, "gives every prompt token the same logprob, \(values.first ?? 0)",
        remedy: "it does not score prompts, whatever it answers: use another engine or version")
    }
    // Below the chance of a token drawn blindly lie few tokens of plain text.
    let chance = -log(Double(max(2, model.vocabulary.tokenizer.vocabularySize)))
    let mean = values.reduce(0, +) / Double(values.count)
    guard mean > chance else {
      throw InputError(
        model.address.description,
        "scores plain text at \(mean) a token, worse than chance (\(chance)): logprobs of other tokens, or a damaged model",
        remedy: "check that the tokenizer at \(model.vocabulary.path) is the served model's")
    }
    return "\(values.count) logprobs for as many ids, the first token's left out"
  }

  /// A token's logprob follows from those before it, the one right before among them, and from none behind.
  private static func causality(_ model: ServedModel) throws {
    let tokenizer = model.vocabulary.tokenizer
    let one = try tokenizer.encodePrompt("The small red fox sleeps", addSpecialTokens: false)
    let other = try tokenizer.encodePrompt("2 + 2 = 4;", addSpecialTokens: false)
    let (end, place) = (one.count - 1, one.count - 2)
    guard place >= 1, let changed = other.first(where: { $0 != one[place] && !one.contains($0) }) else { return }
    var before = one
    before[place] = changed
    var behind = one
    behind[end] = changed
    // One after another: batches are looked at later.
    let readings = try model.readings([one, before, behind], most: 1)
    guard readings[0][end - 1].logprob != readings[1][end - 1].logprob else { throw misaligned(model, .infinity) }
    let moved = abs(readings[0][place - 1].logprob - readings[2][place - 1].logprob)
    guard moved <= agreement else { throw misaligned(model, moved) }
  }

  /// Greedy tokens with their logprobs, and the same tokens as a prompt.
  private static func alignment(_ model: ServedModel) throws -> String {
    let texts = ["one, two, three, four, five, six,", "Monday, Tuesday, Wednesday,", "A B C D E F G"]
    var (largest, compared) = (0.0, 0)
    for text in texts {
      let ids = try model.vocabulary.tokenizer.encodePrompt(text, addSpecialTokens: false)
      let written = try model.generate(ids, count: Self.written)
      if let read = written.promptTokens, read != ids.count {
        throw InputError(
          model.address.description, "reads \(read) prompt tokens where \(ids.count) were sent",
          remedy:
            "a BOS is put before the ids, or the prompt is cut: start the server without adding special tokens to ids")
      }
      let own = try written.ids ?? model.vocabulary.tokenizer.encodeContinuation(written.text)
      // Text without ids may have been cut otherwise than it is encoded.
      guard !own.isEmpty, written.ids != nil || own.count == Self.written else { continue }
      let readings = try model.readings([ids + own], most: 1)[0].suffix(own.count)
      for (reading, logprob) in zip(readings, written.logprobs) {
        largest = max(largest, abs(reading.logprob - logprob))
        compared += 1
      }
      // What it wrote is the most probable, or all but that where two are as probable.
      guard largest <= Self.agreement, readings.first.map({ $0.isTop || $0.logprob > -0.7 }) ?? true else {
        throw Self.misaligned(model, largest)
      }
    }
    guard compared > 0 else { return "a token's logprob follows from those before it" }
    return "\(compared) tokens that it wrote have the same logprobs as a prompt, within \(Self.rounded(largest))"
  }

  private static func misaligned(_ model: ServedModel, _ largest: Double) -> InputError {
    InputError(
      model.address.description,
      largest.isInfinite
        ? "scores a token without the one before it: its logprobs are one position off"
        : "scores tokens that it wrote itself otherwise than when it wrote them, by \(rounded(largest)) nats",
      remedy: model.facts.parent == nil
        ? "its prompt logprobs are of other positions or of another model: use another engine or version"
        : "its prompt logprobs leave a part of the adapter out, such as one on lm_head: merge the adapter and serve the whole model"
    )
  }

  /// The same prompts alone, at once, reversed and once more.
  private static func noise(_ model: ServedModel, _ texts: [[Int32]]) throws -> ([[TokenReading]], NoiseFloor) {
    // Prefixes of unlike lengths, so that no batch is like another.
    let prompts = texts + texts.map { Array($0.prefix(max(2, $0.count / 2))) }
    let alone = try model.readings(prompts, most: 1)
    let together = try model.readings(prompts)
    let reversed = try Array(model.readings(prompts.reversed()).reversed())
    let again = try model.readings(prompts)
    var (largest, sum, flips, tokens) = (0.0, 0.0, 0, 0)
    for other in [together, reversed, again] {
      for (first, second) in zip(alone, other) {
        guard first.count == second.count else { continue }
        var whole = 0.0
        for (one, two) in zip(first, second) {
          largest = max(largest, abs(one.logprob - two.logprob))
          whole += one.logprob - two.logprob
          flips += one.isTop == two.isTop ? 0 : 1
          tokens += 1
        }
        sum = max(sum, abs(whole))
      }
    }
    return (
      Array(alone.prefix(texts.count)), NoiseFloor(largest: largest, largestSum: sum, flips: flips, tokens: tokens)
    )
  }

  static func rounded(_ value: Double) -> Double { (value * 1e6).rounded() / 1e6 }
}
