import Checkpoints
import Foundation
import Tokenizers

/// A GGUF file that holds a vocabulary and no tensors.
struct VocabularyFile {
  private var pairs: [UInt8] = []
  private var count: UInt64 = 0

  init(_ fields: GGUFTokenizerFields, chatTemplate: String? = nil, named: [(name: String, source: String)] = []) {
    set("general.architecture", 8, Self.text("llama"))
    set("tokenizer.ggml.model", 8, Self.text(fields.model))
    if let pre = fields.pre { set("tokenizer.ggml.pre", 8, Self.text(pre)) }
    set("tokenizer.ggml.tokens", 9, Self.array(8, fields.tokens.map(Self.text)))
    if !fields.tokenTypes.isEmpty {
      set("tokenizer.ggml.token_type", 9, Self.array(5, fields.tokenTypes.map(Self.integer)))
    }
    set("tokenizer.ggml.merges", 9, Self.array(8, fields.merges.map(Self.text)))
    if !fields.scores.isEmpty {
      set("tokenizer.ggml.scores", 9, Self.array(6, fields.scores.map { Self.integer($0.bitPattern) }))
    }
    if let name = fields.modelName { set("general.name", 8, Self.text(name)) }
    if let id = fields.bosTokenID { set("tokenizer.ggml.bos_token_id", 5, Self.integer(id)) }
    if let id = fields.eosTokenID { set("tokenizer.ggml.eos_token_id", 5, Self.integer(id)) }
    if let adds = fields.addBOS { set("tokenizer.ggml.add_bos_token", 7, [adds ? 1 : 0]) }
    if let adds = fields.addEOS { set("tokenizer.ggml.add_eos_token", 7, [adds ? 1 : 0]) }
    if let adds = fields.addSpacePrefix { set("tokenizer.ggml.add_space_prefix", 7, [adds ? 1 : 0]) }
    if let chatTemplate { set("tokenizer.chat_template", 8, Self.text(chatTemplate)) }
    if !named.isEmpty { set("tokenizer.chat_templates", 9, Self.array(8, named.map { Self.text($0.name) })) }
    var suffixes: Set<String> = []
    for (name, source) in named {
      let suffix = String(name.map { $0.isLetter || $0.isNumber ? $0 : "_" })
      guard suffixes.insert(suffix).inserted else { continue }
      set("tokenizer.chat_template.\(suffix)", 8, Self.text(source))
    }
  }

  /// Writes the file, opens it, and hands its metadata and a folder for more files to `body`; both are gone afterwards.
  func open<Result>(_ body: (TokenizerFiles, URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "holdfast-vocabulary-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "vocabulary.gguf")
    let header = Array("GGUF".utf8) + Self.integer(UInt32(3)) + Self.integer(UInt64(0)) + Self.integer(count)
    try Data(header + pairs).write(to: file)
    return try body(.gguf(GGUFFile(file).metadata), folder)
  }

  private mutating func set(_ key: String, _ type: UInt32, _ value: [UInt8]) {
    pairs += Self.text(key) + Self.integer(type) + value
    count += 1
  }

  private static func integer(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian, Array.init)
  }

  private static func text(_ string: String) -> [UInt8] { integer(UInt64(string.utf8.count)) + Array(string.utf8) }

  private static func array(_ type: UInt32, _ elements: [[UInt8]]) -> [UInt8] {
    integer(type) + integer(UInt64(elements.count)) + elements.flatMap { $0 }
  }
}
