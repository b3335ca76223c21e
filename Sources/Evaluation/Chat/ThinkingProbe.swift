import Diagnostics
import Gating
import Scoring
import Suites

/// Finds out a model that thinks before it answers though the template does not ask for it: no short answer of its matches anything, and
/// its scores would say nothing of what it can do.
struct ThinkingProbe {
  /// What thoughts begin with, in lower case.
  private static let openings = [
    "<think", "<thought", "<reason", "[think", "◁think", "<seed:think", "<|think", "<|channel|>analysis",
    "<|channel>thought", "<|begin_of_thought", "<|start_think",
  ]
  private static let prompts = 4
  private static let tokens = 8

  private let requests: [Request]

  /// - Throws: `InputError` where the chat template refuses a prompt.
  init(_ suite: Suite) throws {
    // The fewest demonstrations: with none, many a model explains itself.
    requests = try suite.chat == nil ? [] : suite.firstRequests(ofTasks: Self.prompts)
  }

  /// Lets the model begin a few answers.
  ///
  /// - Throws: `NotGateable` where half of them or more begin with thoughts.
  func check(_ model: any ReadyModel) throws {
    var answers: [String] = []
    try model.write(after: requests, tokens: Self.tokens, stops: false) { answers.append($1) }
    let thoughts = answers.filter(Self.isThought)
    guard let first = thoughts.first, thoughts.count * 2 >= answers.count else { return }
    throw NotGateable(
      """
      the model thinks before it answers (\(thoughts.count) of \(answers.count) answers begin with thoughts, such as \
      '\(shown(first, limit: 40))'), and no short answer can be matched behind them; turn that off with chat.arguments, such as \
      {enable_thinking: false}, or with a template that closes the block
      """)
  }

  static func isThought(_ answer: String) -> Bool {
    let text = answer.stripped().lowercased()
    return openings.contains { text.hasPrefix($0) }
  }
}
