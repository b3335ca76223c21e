import ArgumentParser
import Diagnostics
import Foundation
import Reading
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

      Requests are answered as they come, up to 2,048 at a time; where one is refused, the answers before its batch have been given.

      Example: echo '{"context": "The capital of France is", "continuation": " Paris"}' | holdfast score --model smollm2-135m-instruct --requests -
      """)

  @OptionGroup var model: ModelOptions
  @OptionGroup var threads: ThreadOptions

  @Option(help: "A JSON lines file of requests, a pipe, or - for standard input.")
  var requests: String

  @Option(help: "Where to write; standard output by default.")
  var out: String?

  /// Requests that are asked together: prefixes are shared among them, and so many fill the engine's waves several times over.
  private static let together = 2048

  func run() throws {
    if let out { try OutputPlace.demand(out, apartFrom: [(requests, "the requests that are read")]) }
    let lines = LineStream(try InputFile(requests, streams: true))
    let output = try LineOutput(out)
    let loaded = try model.load(threads: threads.count)
    let scorer = EngineScorer(loaded, adapter: loaded.adapters.isEmpty ? nil : 0)
    // A signal ends it also while nothing comes, and takes a half-written file away.
    try Interruption.watching {
      while true {
        let batch = try lines.next(Self.together)
        if batch.isEmpty { break }
        try output.write(try answers(to: batch, scorer, loaded))
      }
    }
    try output.end()
  }

  /// A line for each request.
  private func answers(to lines: [LineStream.Line], _ scorer: EngineScorer, _ loaded: LoadedModel) throws -> String {
    let parsed = try lines.map(request)
    let scores: [Score]
    do {
      scores = try scorer.score(parsed)
    } catch let fault as UnscorableRequest {
      throw InputError(
        requests, field: lines[fault.index].place, "\(words: fault.problem)", remedy: "\(words: fault.remedy)")
    }
    var text = ""
    for (request, score) in zip(parsed, scores) {
      let context = try loaded.tokenizer.encode(request).context
      // Only a server that writes and does not score leaves them out.
      let (logprob, isGreedy) = (score.logprob.map { "\($0)" }, score.isGreedy.map { "\($0)" })
      text += """
        {"logprob": \(logprob ?? "null"), "is_greedy": \(isGreedy ?? "null"), "tokens": \(score.tokens), \
        "context_tokens": \(Array(context))}

        """
    }
    return text
  }

  private func request(_ line: LineStream.Line) throws -> Request {
    let remedy: ShownText = #"write {"context": "…", "continuation": "…"}"#
    guard case .object(let members) = try line.json(of: requests, wanted: "a JSON object", remedy: remedy) else {
      throw InputError(requests, field: line.place, "is not a JSON object", remedy: remedy)
    }
    try refuseUnknownKeys(members.keys, known: ["context", "continuation"], file: requests, in: line.place)
    func string(_ key: String) throws -> String {
      guard case .string(let value) = members[key] else {
        throw InputError(
          requests, field: "\(line.place).\(key)", "is missing or not a string", remedy: "give both texts as strings")
      }
      return value
    }
    return Request(context: try string("context"), continuation: try string("continuation"), exactMatch: nil)
  }
}
