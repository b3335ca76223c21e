import Reading
import Tokenizers

/// The form in which a kind of server is asked for what Holdfast needs: `served.md`'s best request of each, and how its answer is read.
///
/// Ids are sent, never text; ids that come back are compared with those sent.
package protocol Engine: Sendable {
  /// Of the kind of server: `vllm`, `sglang`, `llama-server`, `completions`.
  var name: String { get }

  /// Whether generated text comes with its ids.
  var writesIDs: Bool { get }

  /// The requests that say how probable `ids[start...]` are, each after all ids before it, in their order.
  func scoring(_ ids: [Int32], from start: Int) -> [ServerRequest]

  /// What the answer to one of these requests says.
  ///
  /// - Parameter part: which of the requests, by its place.
  /// - Throws: `ServerFault.malformed` where the answer is of another form, length or of other ids.
  func readings(_ answer: JSONValue, of ids: [Int32], from start: Int, part: Int) throws(ServerFault) -> [TokenReading]

  /// The request for greedy text after a prompt.
  func generation(_ ids: [Int32], count: Int) -> ServerRequest

  func generated(_ answer: JSONValue, count: Int) throws(ServerFault) -> Generated
}

extension JSONValue {
  var object: JSONObject? { if case .object(let members) = self { members } else { nil } }
  var array: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }
  var text: String? { if case .string(let text) = self { text } else { nil } }

  var number: Double? {
    switch self {
    case .integer(let integer): Double(integer)
    case .number(let number): number
    default: nil
    }
  }

  var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

  /// A token's id.
  var id: Int32? { if case .integer(let integer) = self { Int32(exactly: integer) } else { nil } }

  /// The value at the end of some keys.
  package func at(_ keys: String...) -> JSONValue? {
    keys.reduce(Optional(self)) { value, key in value?.object?[key] }
  }
}

/// Ids as JSON.
func json(_ ids: some Sequence<Int32>) -> JSONValue { .array(ids.map { .integer(Int($0)) }) }

/// A logprob as a server writes it.
///
/// - Throws: where it cannot be one: above 0 by more than rounding, or one of the numbers that servers write for -∞.
func logprob(_ value: JSONValue?, at place: Int) throws(ServerFault) -> Double {
  guard let number = value?.number else { throw .malformed("gives no logprob for prompt token \(place)") }
  guard number.isFinite, number > -9998, number < 1e-3 else {
    throw .malformed("gives the logprob \(number) for prompt token \(place), which stands for no finite score")
  }
  return min(0, number)
}

/// Bytes that an answer about so many prompt tokens can have.
func answerLimit(tokens: Int, each: Int) -> Int { (1 << 16) + tokens * each }
