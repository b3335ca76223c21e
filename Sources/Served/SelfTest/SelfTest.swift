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
    let alignment = try Self.alignment(model)
    passed("alignment", alignment.text, wasMade: alignment.wasMade)
    let (first, floor) = try Self.noise(model, prompts)
    try Self.flags(model, first.flatMap { $0 })
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

  /// Which tokens are the most probable: not all of plain text, none of them less probable than one drawn blindly, and no other with
  /// more than half.
  private static func flags(_ model: ServedModel, _ readings: [TokenReading]) throws {
    let chance = -log(Double(max(2, model.vocabulary.tokenizer.vocabularySize)))
    let (tops, others) = (readings.filter(\.isTop), readings.filter { !$0.isTop })
    let problem: ShownText? =
      if others.isEmpty {
        "says of each of \(readings.count) tokens that it is the most probable one"
      } else if let low = tops.first(where: { $0.logprob < chance - agreement }) {
        "says that a token of logprob \(rounded(low.logprob)) is the most probable one, where \(rounded(chance)) is chance"
      } else if let high = others.first(where: { $0.logprob > log(0.5) + 0.05 }) {
        "says that a token of logprob \(rounded(high.logprob)) is not the most probable one, though it has more than half"
      } else {
        nil
      }
    guard let problem else { return }
    throw InputError(
      model.address.description, problem,
      remedy: "its ranks are of something else, or its logprobs are not raw ones: use another engine or version")
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

  /// Tokens of the longest prompt that is looked at: suites ask as long ones, which servers read in pieces.
  private static let longest = 512

  /// Greedy tokens with their logprobs, and the same tokens as a prompt.
  private static func alignment(_ model: ServedModel) throws -> (text: String, wasMade: Bool) {
    let tokenizer = model.vocabulary.tokenizer
    var prompts = try ["one, two, three, four, five, six,", "Monday, Tuesday, Wednesday,", "A B C D E F G"].map {
      try tokenizer.encodePrompt($0, addSpecialTokens: false)
    }
    let long = try Fingerprint.prompts(tokenizer).flatMap { $0 }
    let length = min(longest, model.limits.contextLength - 2 * written)
    // llama-server scores no prompts: what it is forced to write takes one token at a time, of a long prompt as of a short one.
    if length > long.count, model.engine.name != "llama-server" {
      prompts.append((0..<length).map { long[$0 % long.count] })
    }
    var (largest, compared, tops) = (0.0, 0, 0)
    for ids in prompts {
      let written = try model.generate(ids, count: Self.written)
      if let read = written.promptTokens, read != ids.count {
        throw InputError(
          model.address.description, "reads \(read) prompt tokens where \(ids.count) were sent",
          remedy:
            "a BOS is put before the ids, or the prompt is cut: start the server without adding special tokens to ids")
      }
      guard written.promptIDs.map({ $0 == ids }) ?? true else {
        throw InputError(
          model.address.description, "writes behind other ids than those sent",
          remedy: "something before the server answers in its place: ask the server itself")
      }
      let own = try written.ids ?? tokenizer.encodeContinuation(written.text)
      // Text without ids may have been cut otherwise than it is encoded.
      guard !own.isEmpty, written.ids != nil || own.count == Self.written else { continue }
      let readings = try model.readings([ids + own], from: [ids.count], most: 1)[0]
      for (reading, logprob) in zip(readings, written.logprobs) {
        largest = max(largest, abs(reading.logprob - logprob))
        compared += 1
        tops += reading.isTop ? 1 : 0
      }
      // What it wrote is the most probable, or all but that where two are as probable.
      guard largest <= Self.agreement, readings.first.map({ $0.isTop || $0.logprob > -0.7 }) ?? true else {
        throw Self.misaligned(model, largest)
      }
    }
    guard compared > 0 || !model.engine.writesIDs else {
      throw InputError(
        model.address.description, "writes no token behind any of \(prompts.count) prompts, or none with a logprob",
        remedy: "see the server's log: what it writes cannot be compared with what it scores")
    }
    guard tops > 0 || compared == 0 else {
      throw InputError(
        model.address.description, "says of none of \(compared) tokens that it wrote that it was the most probable one",
        remedy: "its ranks are of something else: use another engine or version")
    }
    guard compared > 0 else { return ("a token's logprob follows from those before it", false) }
    return ("\(compared) tokens that it wrote have the same logprobs as a prompt, within \(rounded(largest))", true)
  }

  /// By how much tokens may differ on average where only the end of a prompt is scored: other kernels move one now and then, another prompt or
  /// adapter moves all.
  private static let meanOfParts = 0.25

  /// The same tokens scored from another place on: what is not scored is read from a cache, which may be another prompt's or another adapter's.
  private static func parts(_ model: ServedModel, _ prompts: [[Int32]], _ whole: [[TokenReading]]) throws {
    let from = prompts.map { max(1, $0.count / 2) }
    let parts = try model.readings(prompts, from: from, most: 1)
    let distances = zip(parts, whole).flatMap { part, all in
      zip(part, all.suffix(part.count)).map { abs($0.logprob - $1.logprob) }
    }
    let (mean, most) = (distances.reduce(0, +) / Double(max(1, distances.count)), distances.max() ?? 0)
    guard mean > meanOfParts else { return }
    throw InputError(
      model.address.description,
      "scores a token otherwise where only the end of a prompt is scored, by \(rounded(mean)) nats on average and up to \(rounded(most))",
      remedy: "what it keeps of a prompt is another's, or another adapter's: start it without a prefix cache")
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

  /// More than numbers of half precision move: answers of another model, or of another place.
  private static let mostNoise = 1.0
  /// Requests under way at once.
  private static let crowded = 48

  /// The same prompts alone, at once, reversed and once more.
  private static func noise(_ model: ServedModel, _ texts: [[Int32]]) throws -> ([[TokenReading]], NoiseFloor) {
    // Prefixes of unlike lengths, so that no batch is like another.
    let prompts = texts + texts.map { Array($0.prefix(max(2, $0.count / 2))) }
    let alone = try model.readings(prompts, most: 1)
    // As many at once as a run may have under way: some servers answer otherwise only then.
    let crowd = try model.readings(prompts + prompts.reversed() + prompts, start: crowded)
    let (together, rest) = (crowd.prefix(prompts.count), crowd.dropFirst(prompts.count))
    let (reversed, again) = (rest.prefix(prompts.count).reversed(), rest.dropFirst(prompts.count))
    try parts(model, texts, alone)
    var (largest, sum, flips, tokens) = (0.0, 0.0, 0, 0)
    for other in [Array(together), Array(reversed), Array(again)] {
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
    guard largest <= mostNoise else {
      throw InputError(
        model.address.description,
        "scores the same tokens otherwise when it is asked several things at once, by up to \(rounded(largest)) nats",
        remedy: "lower --concurrency to 1 to see whether it is the load, and report it to the server's makers")
    }
    return (
      Array(alone.prefix(texts.count)), NoiseFloor(largest: largest, largestSum: sum, flips: flips, tokens: tokens)
    )
  }

  static func rounded(_ value: Double) -> Double { (value * 1e6).rounded() / 1e6 }
}
