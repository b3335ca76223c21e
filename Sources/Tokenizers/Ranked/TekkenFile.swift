import Diagnostics
import Foundation
import Reading

/// Mistral's tekken.json: an expression, tokens by rank, and special tokens, whose ids come before the others'.
///
/// As mistral_common reads it (tokens/tokenizers/tekken.py): of the tokens only as many count as the vocabulary's size has room
/// for, and special tokens that are not named are `<SPECIAL_N>`.
package struct TekkenFile: Sendable {
  package let pattern: String
  /// The special tokens' texts, by id.
  package let specials: [String]
  /// The other tokens, by rank; the id of rank 0 is the number of special tokens.
  package let tokens: TokenTable

  /// What files have up to version 7, which do not name them.
  private static let unnamedSpecials = [
    "<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]", "[TOOL_RESULTS]",
    "[/TOOL_RESULTS]", "[TOOL_CALLS]", "[IMG]", "<pad>", "[IMG_BREAK]", "[IMG_END]", "[PREFIX]", "[MIDDLE]", "[SUFFIX]",
    "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "[TOOL_CONTENT]",
  ]
  private static let largest = 128 << 20
  private static let mostTokens = 1 << 22
  /// In bytes; known vocabularies stay below 300.
  private static let longestToken = 512
  private static let remedy: ShownText = "get the file again"

  /// - Throws: `InputError` for a file that is none, or contradicts itself.
  package init(_ file: URL) throws { try self.init(JSONFile(file, limit: Self.largest)) }

  package init(_ root: JSONFile) throws {
    let settings = try root.required("config", root.object("config"))
    func count(_ key: String) throws -> Int {
      let count = try settings.required(key, settings.integer(key))
      guard (0...Self.mostTokens).contains(count) else {
        throw settings.error(key, "\(count) is not a number of tokens", remedy: Self.remedy)
      }
      return count
    }
    pattern = try settings.required("pattern", settings.string("pattern"))
    let specialCount = try count("default_num_special_tokens")
    let size = try count("default_vocab_size")
    guard size > specialCount else {
      throw settings.error("default_vocab_size", "\(size) leaves no room beside special tokens", remedy: Self.remedy)
    }
    specials = try Self.specials(root, settings, count: specialCount)
    tokens = try Self.tokens(root, count: size - specialCount)
  }

  private static func specials(_ root: JSONFile, _ settings: JSONFile, count: Int) throws -> [String] {
    var names: [String?] = Array(repeating: nil, count: count)
    if let named = try root.objects("special_tokens") {
      for token in named {
        let rank = try token.required("rank", token.integer("rank"))
        guard names.indices.contains(rank), names[rank] == nil else {
          throw token.error("rank", "\(rank) is taken, or is none of \(count)", remedy: remedy)
        }
        names[rank] = try token.required("token_str", token.string("token_str"))
      }
    } else {
      let version = try settings.required("version", settings.string("version"))
      guard let number = Int(version.dropFirst()), version.first == "v", number <= 7 else {
        throw root.error(
          "special_tokens", "is missing, which version '\(version)' must not lack", remedy: remedy)
      }
      for (rank, name) in unnamedSpecials.prefix(count).enumerated() { names[rank] = name }
    }
    let specials = names.enumerated().map { $0.element ?? "<SPECIAL_\($0.offset)>" }
    guard Set(specials.map { Array($0.utf8) }).count == specials.count else {
      throw root.error("special_tokens", "two have the same text", remedy: remedy)
    }
    return specials
  }

  private static func tokens(_ root: JSONFile, count: Int) throws -> TokenTable {
    let entries = try root.required("vocab", root.objects("vocab"))
    guard entries.count >= count else {
      throw root.error("vocab", "has \(entries.count) tokens of \(count)", remedy: remedy)
    }
    var table = TokenTable(minimumCapacity: count)
    for (rank, entry) in entries.prefix(count).enumerated() {
      guard try entry.required("rank", entry.integer("rank")) == rank else {
        throw entry.error("rank", "is not \(rank), the token's place", remedy: remedy)
      }
      let text = try entry.required("token_bytes", entry.string("token_bytes"))
      guard let bytes = Data(base64Encoded: text), !bytes.isEmpty else {
        throw entry.error("token_bytes", "is not base64", remedy: remedy)
      }
      guard bytes.count <= longestToken else {
        throw entry.error("token_bytes", "has \(bytes.count) bytes, more than \(longestToken)", remedy: remedy)
      }
      guard rank >= 256 || bytes.elementsEqual([UInt8(rank)]) else {
        throw entry.error("token_bytes", "is not the byte \(rank), as the first 256 are", remedy: remedy)
      }
      if let twin = table.append(bytes, findable: true) {
        throw entry.error("token_bytes", "is the same as the token \(twin)'s", remedy: remedy)
      }
    }
    return table
  }
}
