import Diagnostics
import Reading
import Synchronization
import Tokenizers

/// The tokenizer of a served model none of whose files are here: the server's own `/tokenize`, each text asked for once.
///
/// What it cannot know, it does not guess: which tokens are special, and, but for llama-server, what a token's bytes are. Answers are
/// therefore settled by the server's text wherever scores alone leave them open.
package final class ServerTokenizer: TextTokenizer {
  /// What was read so far.
  private struct Known {
    var ids: [String: [Int32]] = [:]
    var bytes: [Int32: [UInt8]] = [:]
  }

  private let address: ServerAddress
  private let access: ServerAccess
  private let transport: any Transport
  private let form: TokenizeForm
  private let known = Mutex(Known())
  /// What the server puts before a text.
  private let prefix: [Int32]
  package let appendsToText: Bool
  package let eosTokenID: Int32?
  package let vocabularySize: Int
  /// The texts of the tokens that chat templates write, where the server tells.
  package let specialTokens: [(name: String, text: String)]

  /// More tokens than any vocabulary has.
  private static let mostTokens = 1 << 20
  /// Cut into several tokens by every vocabulary.
  private static let sample = "One, two, three."

  package var bosTokenID: Int32? { prefix.first }
  package var addsBOS: Bool { !prefix.isEmpty }

  /// - Parameter model: as the server's list names it.
  /// - Returns: nil where the server has no `/tokenize`.
  /// - Throws: `InputError` for a server that cannot be reached, or whose `/tokenize` makes no sense.
  init?(_ address: ServerAddress, _ access: ServerAccess, _ transport: any Transport, model: String, size: Int?) throws
  {
    let pump = RequestPump(transport, address, access, knock: ServedModel.knock)
    func read(_ form: TokenizeForm, special: Bool) throws -> [Int32]? {
      switch try pump.trial(form.request(Self.sample, addsSpecialTokens: special)) {
      case .success(let answer): return TokenizeForm.tokens(answer)?.map(\.id)
      case .failure(.refused(let status, _, _)) where [400, 404, 405, 422, 501].contains(status): return nil
      case .failure(.notJSON): return nil
      case .failure(let fault): throw fault.error(address, asking: "/tokenize")
      }
    }
    let forms = [TokenizeForm.byPrompt(model: model), .byContent]
    guard let form = try forms.first(where: { try read($0, special: false)?.isEmpty == false }) else { return nil }
    let (plain, whole) = (try read(form, special: false) ?? [], try read(form, special: true) ?? [])
    guard let place = (0...max(0, whole.count - plain.count)).first(where: { whole[$0...].starts(with: plain) }) else {
      throw InputError(
        address.description, "reads a text otherwise where /tokenize adds special tokens to it",
        remedy: "name the model's folder with tokenizer.json, or a .gguf file of it, as tokenizer")
    }
    (self.address, self.access, self.transport, self.form) = (address, access, transport, form)
    prefix = Array(whole[..<place])
    let suffix = whole[(place + plain.count)...]
    appendsToText = !suffix.isEmpty
    vocabularySize = size ?? Self.mostTokens
    var texts: [(name: String, text: String)] = []
    if case .success(let props) = try pump.trial(.get("/props")) {
      texts = ["bos_token", "eos_token"].compactMap { name in
        props.at(name)?.text.flatMap { $0.isEmpty ? nil : (name, $0) }
      }
    }
    if texts.isEmpty, let bos = prefix.first, let text = try Self.text(of: [bos], pump, model) {
      texts = [("bos_token", text)]
    }
    specialTokens = texts
    let end = try texts.first { $0.name == "eos_token" }.flatMap { end -> [Int32]? in
      guard case .success(let answer) = try pump.trial(form.request(end.text)) else {
        return nil
      }
      return TokenizeForm.tokens(answer)?.map(\.id)
    }
    eosTokenID = suffix.last ?? end.flatMap { $0.count == 1 ? $0[0] : nil }
  }

  package func prepare(_ texts: () -> [String]) throws {
    var wanted = Set(texts())
    known.withLock { known in wanted = wanted.filter { known.ids[$0] == nil } }
    var left = wanted.sorted()[...]
    try RequestPump(transport, address, access, knock: ServedModel.knock).run({
      left.popFirst().map { Reading(text: $0, inner: SingleRequest(form.request($0))) }
    }) { (reading: Reading) in
      guard let tokens = reading.inner.answer.flatMap(TokenizeForm.tokens) else {
        throw ServerFault.malformed("gives no tokens").error(address, asking: "/tokenize")
      }
      known.withLock { known in
        known.ids[reading.text] = tokens.map(\.id)
        for token in tokens { if let bytes = token.bytes { known.bytes[token.id] = bytes } }
      }
    }
  }

  package func encodePrompt(_ text: String, addSpecialTokens: Bool) throws(UnreadText) -> [Int32] {
    if let ids = known.withLock({ $0.ids[text] }) { return (addSpecialTokens ? prefix : []) + ids }
    do { try prepare { [text] } } catch { throw UnreadText() }
    guard let ids = known.withLock({ $0.ids[text] }) else { throw UnreadText() }
    return (addSpecialTokens ? prefix : []) + ids
  }

  package func encodeContinuation(_ text: String) throws(UnreadText) -> [Int32] {
    let before = "a"
    let own = try encodePrompt(before, addSpecialTokens: false)
    let whole = try encodePrompt(before + text, addSpecialTokens: false)
    return whole.starts(with: own)
      ? Array(whole.dropFirst(own.count)) : try encodePrompt(text, addSpecialTokens: false)
  }

  package func bytes(of id: Int32) -> [UInt8] { known.withLock { $0.bytes[id] ?? [] } }

  package func isSpecial(_ id: Int32) -> Bool { id == eosTokenID || prefix.contains(id) }

  /// How many of some texts come back whole from the server's `/detokenize`; nil where it has none.
  func wholeTexts(_ texts: [String]) throws -> Int? {
    let pump = RequestPump(transport, address, access, knock: ServedModel.knock)
    try prepare { texts }
    var count = 0
    for text in texts {
      let ids = known.withLock { $0.ids[text] ?? [] }
      guard let back = try Self.text(of: ids, pump, form.model) else { return nil }
      // SentencePiece puts a space before a text.
      count += back == text || back == " " + text ? 1 : 0
    }
    return count
  }

  private static func text(of ids: [Int32], _ pump: RequestPump, _ model: String) throws -> String? {
    let body: JSONValue = ["model": .string(model), "tokens": json(ids)]
    guard case .success(let answer) = try pump.trial(.post("/detokenize", body)) else { return nil }
    return answer.at("prompt")?.text ?? answer.at("content")?.text ?? answer.at("text")?.text
  }

  /// A text under way.
  private struct Reading: Dialogue {
    let text: String
    var inner: SingleRequest

    var request: ServerRequest? { inner.request }

    mutating func take(_ answer: JSONValue) throws(ServerFault) { try inner.take(answer) }
  }
}
