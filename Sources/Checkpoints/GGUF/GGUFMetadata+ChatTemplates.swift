import Diagnostics

extension GGUFMetadata {
  /// The chat templates of a GGUF file, by name, the one called `default` first: `tokenizer.chat_template`, and each of
  /// `tokenizer.chat_templates` under a key whose ending is its name, with `_` for what is no letter or digit.
  ///
  /// - Throws: `InputError` for one that is not text, for two of one key, and for more than any model has.
  package func chatTemplates() throws -> [(name: String, source: String)] {
    let key = "tokenizer.chat_template"
    var templates: [(name: String, source: String)] = []
    if let source = try string(key) { templates.append(("default", source)) }
    let names = try strings("tokenizer.chat_templates") ?? []
    guard names.count <= 64 else {
      throw InputError(
        path, field: "tokenizer.chat_templates", "names \(names.count) templates", remedy: "convert the model again")
    }
    var suffixes: Set<String> = []
    for name in names where name != "default" {
      let suffix = String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
      guard suffixes.insert(suffix).inserted else {
        throw InputError(
          path, field: "tokenizer.chat_templates", "has two templates of the name '\(name)', or of the same key",
          remedy: "convert the model again")
      }
      if let source = try string("\(key).\(suffix)") { templates.append((name, source)) }
    }
    return templates
  }
}
