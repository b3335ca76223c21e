import Digests
import Foundation
import Reading
import Scoring
import Suites

/// A request of a suite on its way through a server that only writes text.
struct WritingQuestion: Dialogue {
  let batch: Int
  let index: Int
  private(set) var score: Score?
  private let whole: ServerRequest
  private let asked: Request
  private let form: any WritingForm

  /// Nil once it is answered.
  var request: ServerRequest? { score == nil ? whole : nil }

  /// What is written beyond the longest answer: white space that may stand around it.
  private static let room = 16

  /// - Throws: `UnscorableRequest` where it wants a logprob; `InputError` where the server takes no such prompt.
  init(_ asked: Request, batch: Int, index: Int, _ model: WritingModel) throws {
    (self.batch, self.index, self.asked, form) = (batch, index, asked, model.form)
    guard let rule = asked.exactMatch else {
      throw UnscorableRequest(
        batch: batch, index: index, problem: "wants a logprob, and the model only writes text",
        remedy: "leave out what needs logprobs, or serve the model where they can be had")
    }
    // A token has at least one byte.
    let bytes = (rule.accepted.map(\.utf8.count).max() ?? 0) + rule.stop.utf8.count + Self.room
    whole = try model.request(
      model.prompt(asked), count: min(GreedyText.tokenLimit, bytes), stop: rule.stop)
  }

  mutating func take(_ answer: JSONValue) throws(ServerFault) {
    let written = try form.written(answer)
    guard let rule = asked.exactMatch else { return }
    var text = GreedyText(rule)
    let matches = text.append(Array(written.text.utf8)) ?? text.finish()
    score = Score(
      logprob: nil, isGreedy: nil, terminatorLogprob: nil, tokenCount: 0, contextTokenCount: 0,
      tokenHash: Self.hash(asked), exactMatch: matches, tokens: [])
  }

  /// In the place of token ids, which the server keeps to itself: what it was sent.
  static func hash(_ request: Request) -> String {
    SHA256.hash(data: Data("holdfast text 1\n\(request.context)".utf8)).hexadecimal
  }
}
