import Diagnostics
import Foundation
import Reading
import Suites

/// What text is to be written behind.
package enum WritingPrompt: Sendable {
  case text(String)
  /// Messages of a chat, which go through the template that the server has, and what that is told.
  case messages(JSONValue, arguments: JSONValue?)

  /// - Returns: nil for a chat's request that holds no messages.
  init?(_ request: Request) {
    guard !request.specialTokens else {
      self = .text(request.context)
      return
    }
    let parsed = Data(request.context.utf8).withUnsafeBytes { bytes in try? JSONParser.parse(bytes) }
    guard let messages = parsed?.at("messages"), messages.array?.isEmpty == false else { return nil }
    self = .messages(messages, arguments: parsed?.at("chat_template_kwargs"))
  }

  /// The chat of one question.
  static func question(_ text: String, arguments: JSONObject) -> WritingPrompt {
    .messages(
      [["role": "user", "content": .string(text)]], arguments: arguments.members.isEmpty ? nil : .object(arguments))
  }
}

/// Text that a server wrote, and what it says of it.
package struct WrittenText: Sendable, Equatable {
  package let text: String
  /// The logprob of each token and that of the most probable one in its place; empty where the server gives none.
  package let logprobs: [Pair]

  package struct Pair: Sendable, Equatable {
    package let own: Double
    package let top: Double
  }

  package init(text: String, logprobs: [Pair]) {
    self.text = text
    self.logprobs = logprobs
  }
}

/// Why a prompt is not taken.
package enum WritingRefusal: Sendable {
  /// What is wrong with it, and what mends that.
  case problem(ShownText, remedy: ShownText)
  /// What the server answered to the first prompt of its kind.
  case fault(ServerFault, path: String)

  func error(_ address: ServerAddress) -> InputError {
    switch self {
    case .problem(let problem, let remedy): InputError(address.description, problem, remedy: remedy)
    case .fault(let fault, let path): fault.error(address, asking: path)
    }
  }
}

/// How a server that only writes text is asked: greedily, whatever its own settings are.
package protocol WritingForm: Sendable {
  /// Why the server takes no prompts of this kind, or not this one; nil where it does.
  func refusal(of prompt: WritingPrompt, count: Int) -> WritingRefusal?

  /// - Parameters:
  ///   - count: the most tokens.
  ///   - stop: where the text may be cut; empty for nowhere.
  func request(_ prompt: WritingPrompt, count: Int, stop: String, logprobs: Bool) -> ServerRequest

  /// - Throws: `ServerFault.foreign` where the answer is of another form, `.unwritten` and `.thinking` where it is none.
  func written(_ answer: JSONValue) throws(ServerFault) -> WrittenText
}

/// Bytes that an answer of so many tokens can have.
func writtenLimit(tokens: Int) -> Int { (1 << 16) + tokens * 2000 }
