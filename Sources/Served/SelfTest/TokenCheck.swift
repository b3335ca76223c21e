import Checkpoints
import Diagnostics
import Reading
import Tokenizers

/// Whether the tokenizer here and the server's read text alike.
package struct TokenCheck {
  private let model: ServedModel

  /// What tokenizers differ in: spaces, case, digits, other scripts, joined characters, line breaks.
  package static let texts = [
    "Hello, world!", " leading space", "trailing space ", "two  spaces", "a\nb\n\nc", "tab\there", "1234567890",
    "3.14159",
    "naïve café", "日本語の文章", "Привет, мир", "مرحبا", "🙂👩‍👩‍👧", "don't won't I'll", "CamelCaseWord snake_case_word",
    "x = [1, 2, {\"k\": 'v'}]", "https://example.org/a?b=c", "ﬁ ½ Å", "\r\n mixed \u{A0} spaces", "Answer: yes\n",
  ]

  init(_ model: ServedModel) { self.model = model }

  /// What tells a server's own tokenizer from another: the ids of the texts, and what is put around them.
  package static func hash(of tokenizer: any TextTokenizer) throws -> String {
    try tokenizer.prepare { texts }
    return CanonicalHash.of(
      ["the server's /tokenize", tokenizer.bosTokenID.map { "\($0)" } ?? "", tokenizer.appendsToText ? "ends" : ""]
        + (try texts.map { "\(try tokenizer.encodePrompt($0, addSpecialTokens: false))" }))
  }

  /// - Throws: `InputError` where a text has other ids there.
  func run() throws -> (text: String, wasMade: Bool) {
    if let own = model.vocabulary.ofServer { return try (ofServer(own), false) }
    let pump = model.pump()
    let tokenizer = model.vocabulary.tokenizer
    for (count, text) in Self.texts.enumerated() {
      let own = try tokenizer.encodePrompt(text, addSpecialTokens: false)
      switch try pump.trial(form.request(text)) {
      case .failure(.refused(let status, _, _)) where count == 0 && [404, 405, 501].contains(status):
        return (
          "the server has no /tokenize: that it reads text as \(model.vocabulary.path) does is taken on trust", false
        )
      case .failure(let fault): throw fault.error(model.address, asking: "/tokenize")
      case .success(let answer):
        guard let ids = TokenizeForm.tokens(answer)?.map(\.id) else {
          throw ServerFault.malformed("gives no tokens").error(model.address, asking: "/tokenize")
        }
        guard ids == own else {
          throw InputError(
            model.address.description,
            "reads '\(text)' as the ids \(shown(ids)), and \(model.vocabulary.path) has \(shown(own))",
            remedy: "give the tokenizer of the served model")
        }
      }
    }
    return ("\(Self.texts.count) texts have the same ids here and there", true)
  }

  /// Where there is nothing here to compare with: whether texts come back from their ids.
  private func ofServer(_ tokenizer: ServerTokenizer) throws -> String {
    let start = "no files of the tokenizer are here: ids are taken from the server's /tokenize"
    guard let whole = try tokenizer.wholeTexts(Self.texts) else {
      return start + ", and it has no /detokenize to compare"
    }
    // Some tokenizers write characters otherwise; one of another model brings little back.
    guard whole >= Self.texts.count / 2 else {
      throw InputError(
        model.address.description,
        "brings \(whole) of \(Self.texts.count) texts back from the ids that its /tokenize gives them",
        remedy: "name the model's folder with tokenizer.json, or a .gguf file of it, as tokenizer")
    }
    return start + "; \(whole) of \(Self.texts.count) texts come back from them whole"
  }

  private var form: TokenizeForm {
    model.engine.name == "llama-server" ? .byContent : .byPrompt(model: model.facts.model)
  }

  private func shown(_ ids: [Int32]) -> String {
    ids.prefix(12).map { "\($0)" }.joined(separator: " ") + (ids.count > 12 ? " …" : "")
  }
}
