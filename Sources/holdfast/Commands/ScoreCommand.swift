import ArgumentParser
import Diagnostics
import Foundation
import Scoring
import Suites

/// `holdfast score`: raw requests in, logprobs out.
struct ScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "Scores raw requests: JSON lines of context and continuation in, logprobs out.",
    discussion: """
      Each input line is {"context": "…", "continuation": "…"}; each output line, in the same order, is
      {"logprob": …, "is_greedy": …, "tokens": [ids], "context_tokens": [ids]}. Requests are encoded as lm-evaluation-harness does.

      Example: echo '{"context": "The capital of France is", "continuation": " Paris"}' | holdfast score --model smollm2-135m-instruct --requests -
      """)

  @OptionGroup var model: ModelOptions
  @OptionGroup var threads: ThreadOptions

  @Option(help: "A JSON lines file of requests, or - for standard input.")
  var requests: String

  @Option(help: "Where to write; standard output by default.")
  var out: String?

  func run() throws {
    let lines = try readLines(requests)
    let parsed = try lines.map { try Self.parse($0.text, line: $0.number, file: requests) }
    let loaded = try model.load(threads: threads.count)
    let scorer = EngineScorer(loaded, adapter: loaded.adapters.isEmpty ? nil : 0)
    let scores: [Score]
    do {
      scores = try scorer.score(parsed)
    } catch let fault as UnscorableRequest {
      throw InputError(
        requests, field: "line \(lines[fault.index].number)", "\(words: fault.problem)",
        remedy: "\(words: fault.remedy)")
    }
    var text = ""
    for (request, score) in zip(parsed, scores) {
      let context = try loaded.tokenizer.encode(request).context
      text += """
        {"logprob": \(score.logprob), "is_greedy": \(score.isGreedy), "tokens": \(score.tokens), \
        "context_tokens": \(Array(context))}

        """
    }
    try save(text, to: out)
  }

  private static func parse(_ text: String, line: Int, file: String) throws -> Request {
    let place = "line \(line)"
    guard let object = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] else {
      throw InputError(
        file, field: place, "is not a JSON object", remedy: #"write {"context": "…", "continuation": "…"}"#)
    }
    try refuseUnknownKeys(object.keys, known: ["context", "continuation"], file: file, in: place)
    func string(_ key: String) throws -> String {
      guard let value = object[key] as? String else {
        throw InputError(
          file, field: "\(place).\(key)", "is missing or not a string", remedy: "give both texts as strings")
      }
      return value
    }
    return Request(context: try string("context"), continuation: try string("continuation"), exactMatch: nil)
  }
}
