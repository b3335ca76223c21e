import Checkpoints
import Diagnostics
import Foundation
import Reading

/// The chat templates that a model ships, in transformers' order: `chat_template.jinja` and `additional_chat_templates/` before
/// tokenizer_config.json; of a GGUF file `tokenizer.chat_template` and its named ones.
package struct ChatTemplateSet: Sendable {
  /// A template's text before it is parsed.
  package struct Entry: Sendable {
    package let name: String
    package let path: String
    package let source: String
  }

  /// The model's path; messages name it.
  package let path: String
  /// The default first, if there is one.
  package private(set) var entries: [Entry] = []
  package let specialTokens: [ChatTemplate.SpecialTokenText]
  /// Whether a server has it, which is sent messages.
  package private(set) var isOfServer = false

  /// The file of the template that comes before all others.
  package static let mainFile = "chat_template.jinja"

  private static let tokenNames = [
    "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
  ]

  /// Those of a whole model.
  ///
  /// - Throws: `InputError` for files that cannot be read.
  package init(of checkpoint: Checkpoint) throws {
    try self.init(of: checkpoint.tokenizer, path: checkpoint.path)
  }

  /// Those beside a tokenizer.
  ///
  /// - Parameter path: the tokenizer's folder, where it is one.
  /// - Throws: `InputError` for files that cannot be read.
  package init(of tokenizer: TokenizerFiles, path: String) throws {
    switch tokenizer {
    case .gguf(let metadata): try self.init(gguf: metadata)
    default: try self.init(folder: URL(fileURLWithPath: path), path: path)
    }
  }

  /// Those of a model's or an adapter's folder; none where it has no tokenizer files.
  package init(folder: URL, path: String) throws {
    self.path = path
    let configuration = try Self.json("tokenizer_config.json", in: folder)
    let map = try Self.json("special_tokens_map.json", in: folder)
    // As transformers weighs them: a configuration that lists its added tokens says it all, before an older one the map counts.
    let isComplete = try configuration?.value("added_tokens_decoder") != nil
    let files = isComplete ? [configuration] : [map, configuration]
    var tokens: [ChatTemplate.SpecialTokenText] = []
    for name in Self.tokenNames {
      let texts = try files.compactMap { file in try file.flatMap { try Self.token(name, $0) } }
      if let text = texts.first { tokens.append(.init(name: name, text: text)) }
    }
    // A model's own, such as image_token.
    for member in configuration?.members.members ?? [] {
      guard member.key.hasSuffix("_token"), !Self.tokenNames.contains(member.key), case .string(let text) = member.value
      else { continue }
      tokens.append(.init(name: member.key, text: text))
    }
    specialTokens = tokens
    try readFiles(folder)
    if entries.isEmpty, let configuration { try read(configuration) }
    sortEntries()
  }

  private init(gguf metadata: GGUFMetadata) throws {
    path = metadata.path
    let keys = [
      ("bos_token", "bos"), ("eos_token", "eos"), ("unk_token", "unknown"), ("sep_token", "seperator"),
      ("pad_token", "padding"),
      ("cls_token", "cls"), ("mask_token", "mask"),
    ]
    let texts = try metadata.strings("tokenizer.ggml.tokens") ?? []
    specialTokens = try keys.compactMap { name, key in
      guard let id = try metadata.integer("tokenizer.ggml.\(key)_token_id"), texts.indices.contains(id) else {
        return nil
      }
      return .init(name: name, text: texts[id])
    }
    entries = try metadata.chatTemplates().map { Entry(name: $0.name, path: path, source: $0.source) }
  }

  /// That of a server which renders chats itself: it is sent messages, and its text is nobody's to see.
  package init(ofServer path: String) {
    self.path = path
    specialTokens = []
    entries = [Entry(name: "default", path: path, source: "")]
    isOfServer = true
  }

  /// None, of a served model whose files are not here; a template that is given is told of its special tokens.
  package init(path: String, specialTokens: [(name: String, text: String)]) {
    self.path = path
    self.specialTokens = specialTokens.map { .init(name: $0.name, text: $0.text) }
  }

  /// Whether there is one to choose without being told.
  package var hasDefault: Bool { entries.first?.name == "default" }

  private static func json(_ name: String, in folder: URL) throws -> JSONFile? {
    let url = folder.appendingPathComponent(name)
    return FileManager.default.fileExists(atPath: url.path) ? try JSONFile(url) : nil
  }

  /// A string, or an added token's `content`.
  private static func token(_ name: String, _ file: JSONFile) throws -> String? {
    if case .object? = try file.value(name) { return try file.object(name)?.string("content") }
    return try file.string(name)
  }

  private mutating func readFiles(_ folder: URL) throws {
    let main = folder.appendingPathComponent(Self.mainFile)
    if FileManager.default.fileExists(atPath: main.path) {
      entries.append(Entry(name: "default", path: main.path, source: try Self.text(main.path)))
    }
    let more = folder.appendingPathComponent(TokenizerExport.moreTemplates)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: more.path)) ?? []
    for name in names.sorted() where name.hasSuffix(".jinja") {
      let file = more.appendingPathComponent(name).path
      let entry = Entry(name: String(name.dropLast(6)), path: file, source: try Self.text(file))
      // One that is called as the main one comes in its place.
      entries.removeAll { $0.name == entry.name }
      entries.append(entry)
    }
  }

  /// A template's file.
  ///
  /// - Throws: `InputError` where it cannot be read, is too large, or is not UTF-8.
  static func text(_ path: String) throws -> String {
    let bytes = try InputFile(path).readAll(limit: CompiledTemplate.sourceLimit)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw InputError(path, "is not UTF-8", remedy: "get the file again")
    }
    return text
  }

  private mutating func read(_ configuration: JSONFile) throws {
    let key = "chat_template"
    switch try configuration.value(key) {
    case nil: return
    case .string(let source)?: entries.append(Entry(name: "default", path: configuration.path, source: source))
    case .array?:
      for entry in try configuration.objects(key) ?? [] {
        let name = try entry.required("name", try entry.string("name"))
        guard !entries.contains(where: { $0.name == name }) else {
          throw configuration.error(key, "has two templates of the name '\(name)'", remedy: "keep one of them")
        }
        let source = try entry.required("template", try entry.string("template"))
        entries.append(Entry(name: name, path: configuration.path, source: source))
      }
    default:
      throw configuration.error(key, "is neither a text nor a list of named templates", remedy: "get the file again")
    }
  }

  private mutating func sortEntries() {
    if let place = entries.firstIndex(where: { $0.name == "default" }) {
      entries.insert(entries.remove(at: place), at: 0)
    }
  }

  /// The template that is meant.
  ///
  /// - Parameters:
  ///   - choice: one of the names, or the path of a file; nil for the model's own choice.
  ///   - hasTools: whether tools are sent: the one called "tool_use" is for them.
  /// - Throws: `InputError` where there is none, or several and no default.
  package func template(_ choice: String? = nil, hasTools: Bool = false) throws -> ChatTemplate {
    if let choice {
      if let entry = entries.first(where: { $0.name == choice }) { return try template(entry) }
      guard FileManager.default.fileExists(atPath: choice) else {
        let names = entries.map { "'\($0.name)'" }.joined(separator: ", ")
        throw InputError(
          path, field: "chat template", "there is no file and no template '\(choice)'",
          remedy: entries.isEmpty ? "give the path of a file" : "give the path of a file, or one of \(names)")
      }
      return try template(Entry(name: "file", path: choice, source: try Self.text(choice)))
    }
    if hasTools, let entry = entries.first(where: { $0.name == "tool_use" }) { return try template(entry) }
    guard let first = entries.first else {
      throw InputError(
        path, field: "chat template", "the model has none", remedy: "give one with --chat-template, or ask it raw texts"
      )
    }
    guard first.name == "default" else {
      let names = entries.map { "'\($0.name)'" }.joined(separator: ", ")
      throw InputError(
        path, field: "chat template", "there are several and none is the default", remedy: "choose one of \(names)")
    }
    return try template(first)
  }

  private func template(_ entry: Entry) throws -> ChatTemplate {
    try ChatTemplate(path: entry.path, name: entry.name, source: entry.source, specialTokens: specialTokens)
  }
}
