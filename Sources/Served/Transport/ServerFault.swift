import Diagnostics
import Foundation
import Reading

/// What went wrong with one request to a server.
package enum ServerFault: Error, Sendable, Equatable {
  /// Nobody answers there, in the system's words.
  case unreachable(String)
  /// The connection ended before the answer did.
  case cutOff
  case timedOut(seconds: Int)
  /// The answer has more bytes than it can have.
  case tooLarge(limit: Int)
  /// It wants the request to go to another address.
  case redirected(String)
  /// Its certificate is not trusted, in the system's words.
  case untrusted(String)
  /// An answer that is none, with what it says of itself.
  case refused(status: Int, message: String, retryAfter: Double?)
  /// An answer that is not JSON, with its first characters.
  case notJSON(start: String)
  /// A number in the answer that is not finite.
  case notFinite
  /// An answer of the engine's form with something wrong in it.
  case malformed(String)
  /// An answer of another form than the engine's: what it lacks.
  case foreign(String)
  /// A text that the server did not write, or not to its end: why.
  case unwritten(String)
  /// A model that thinks before it answers, with the beginning of its thoughts.
  case thinking(start: String)

  /// Whether the same request may be answered later.
  var isTransient: Bool {
    switch self {
    case .unreachable, .cutOff, .timedOut: true
    case .refused: isRefusedForNow
    default: false
    }
  }

  /// Whether the server answers that it cannot now: too slow a connection, a conflict, too early, too much, or a failure of its own.
  var isRefusedForNow: Bool {
    guard case .refused(let status, _, _) = self else { return false }
    return [408, 409, 425, 429].contains(status) || status >= 500 && status != 501
  }

  /// Whether it is asked too much.
  var isPressure: Bool {
    if case .refused(let status, _, _) = self { status == 429 || status == 503 } else { false }
  }

  /// Whether the server may have been another one since: what answers again has to show that it is the same.
  var isOutage: Bool {
    switch self {
    case .unreachable, .cutOff: true
    case .refused(let status, _, _): status == 502 || status == 504
    default: false
    }
  }

  var retryAfter: Double? { if case .refused(_, _, let seconds) = self { seconds } else { nil } }

  /// For whoever started the server or wrote its address.
  package func error(_ address: ServerAddress, asking path: String? = nil) -> InputError {
    let place = path.map { address.root + $0 } ?? address.description
    func fault(_ problem: ShownText, _ remedy: ShownText) -> InputError { InputError(place, problem, remedy: remedy) }
    switch self {
    case .unreachable(let words): return fault("cannot be reached: \(words)", "start the server, or check the address")
    case .cutOff:
      return fault(
        "the connection was cut before the answer was whole", "see the server's log, and run the same command again")
    case .timedOut(let seconds):
      return fault(
        "no whole answer within \(seconds) s", "see the server's log, or give it more time with --server-timeout")
    case .tooLarge(let limit):
      let size = limit < 1 << 20 ? "\(limit >> 10) KiB" : "\(limit >> 20) MiB"
      return fault(
        "the answer is larger than \(size), more than was asked for", "check that this is the model's server")
    case .redirected(let other):
      return fault(
        "sends requests on to \(shown(other, limit: 100)), and keys and prompts go to no other host",
        "give the address that it names, if it is yours")
    case .untrusted(let words):
      return fault("its certificate is not trusted: \(words)", "give its authority's file with --ca")
    case .refused(401, _, _), .refused(403, _, _):
      return fault("refuses the key", "put the server's key into HOLDFAST_API_KEY, or name its file in api_key_file")
    case .refused(429, _, _): return fault("answers 'too many requests' all the time", "lower --concurrency")
    case .refused(let status, let message, _):
      return fault(
        "answers with status \(status)\(words: message.isEmpty ? "" : ": ")\(shown(message, limit: 200))",
        "see the server's log")
    case .notJSON(let start):
      return fault(
        "the answer is not JSON but begins with '\(shown(start, limit: 60))'",
        "check that the address is the model's server and no page before it")
    case .notFinite:
      return fault(
        "the answer holds a number that is not finite", "see the server's log: the model's logits overflow there")
    case .thinking(let start):
      return fault(
        "the model thinks before it answers ('\(shown(start, limit: 40))'), and no short answer can be matched behind that",
        "turn it off with chat.arguments, such as {enable_thinking: false}, or by an option of the server")
    case .unwritten(let problem):
      return fault(
        "\(words: problem), which is neither right nor wrong",
        "see the server's log, and turn off what keeps answers back")
    case .foreign(let problem):
      return fault(
        "\(words: problem)",
        "check that the address is the model's server, and try another version of it, or another engine")
    case .malformed(let problem):
      return fault(
        "\(words: problem)",
        "see that the server adds nothing to token ids and cuts no prompt, and try another version of it, or another engine"
      )
    }
  }

  /// A reply's JSON, or why there is none.
  package static func json(of reply: ServerReply) -> Result<JSONValue, ServerFault> {
    let parsed: Result<JSONValue, ServerFault> = reply.body.withUnsafeBytes { bytes in
      do throws(JSONFault) {
        return .success(try JSONParser.parse(bytes))
      } catch {
        let text = String(decoding: reply.body.prefix(400), as: UTF8.self)
        let all = reply.body.prefix(1 << 20)
        let isNumber = ["NaN", "Infinity"].contains { all.range(of: Data($0.utf8)) != nil } && text.hasPrefix("{")
        return .failure(isNumber ? .notFinite : .notJSON(start: String(text.prefix(60))))
      }
    }
    guard (200..<300).contains(reply.status) else {
      return .failure(
        .refused(status: reply.status, message: message(parsed, reply.body), retryAfter: reply.retryAfter))
    }
    return parsed
  }

  /// What a server says was wrong: OpenAI's `error.message`, FastAPI's `detail`, or the text itself.
  private static func message(_ parsed: Result<JSONValue, ServerFault>, _ body: Data) -> String {
    guard case .success(.object(let object)) = parsed else {
      return String(decoding: body.prefix(200), as: UTF8.self)
    }
    for key in ["error", "message", "detail"] {
      switch object[key] {
      case .string(let text)?: return text
      case .object(let inner)?: if case .string(let text)? = inner["message"] { return text }
      default: continue
      }
    }
    return String(JSONText.compact(.object(object)).prefix(200))
  }
}
