import Checkpoints
import Scoring
import Served
import Suites

/// How far a server's scores lie from this engine's on the same model: quantised activations and lower precision show here, and a server of
/// other weights.
package struct LocalDistance: Sendable {
  /// Requests that both were asked.
  package let requests: Int
  /// The largest difference of a request's logprob, in nats.
  package let largest: Double
  /// Requests that one answers greedily and the other does not.
  package let greedyDiffer: Int

  /// Ten short few-shot questions.
  private static let asked: [Request] = [
    ("cat -> cats\ndog -> dogs\nhouse ->", " houses"), ("Paris -> France\nRome -> Italy\nMadrid ->", " Spain"),
    ("1 + 1 = 2\n2 + 2 = 4\n3 + 3 =", " 6"), ("hot -> cold\nbig -> small\nfast ->", " slow"),
    ("walk -> walked\njump -> jumped\nsing ->", " sang"), ("a b c ->", " d"), ("one two three ->", " four"),
    ("Q: Is snow white?\nA: yes\nQ: Is coal white?\nA:", " no"), ("gold -> Au\nsilver -> Ag\niron ->", " Fe"),
    ("The opposite of up is", " down"),
  ].map {
    Request(
      context: $0.0, continuation: $0.1, exactMatch: ExactMatchRule(accepted: [String($0.1.dropFirst())], stop: "\n"))
  }

  /// - Parameter path: the same model, as files here.
  package init(_ served: ServedScorer, path: String, threads: Int) throws {
    let model = try LoadedModel(Checkpoint.open(path), threads: threads)
    let own = try EngineScorer(model).score(Self.asked)
    var other: [Score] = []
    _ = try served.score([Self.asked], progress: { _ in }, deliver: { other = $1 })
    requests = own.count
    largest =
      zip(own, other).compactMap { own, other in own.logprob.flatMap { own in other.logprob.map { abs(own - $0) } } }
      .max() ?? 0
    greedyDiffer = zip(own, other).count { $0.isGreedy != $1.isGreedy || $0.exactMatch != $1.exactMatch }
  }
}
