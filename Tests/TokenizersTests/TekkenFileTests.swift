import Diagnostics
import Foundation
import Reading
import Testing
import Tokenizers

@Suite("Mistral's tekken.json")
struct TekkenFileTests {
  /// Made by make_goldens.py there.
  static let folder = TokenizerGoldens.folder.deletingLastPathComponent().appending(path: "tekken")

  static func file(changing change: (inout [String: Any]) -> Void = { _ in }) throws -> JSONFile {
    let data = try Data(contentsOf: folder.appending(path: "tekken.json"))
    var root = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    change(&root)
    let changed = try JSONSerialization.data(withJSONObject: root)
    return try changed.withUnsafeBytes { try JSONFile(path: "tekken.json", bytes: $0) }
  }

  @Test("special tokens come first, and of the others as many as there is room for")
  func contents() throws {
    let tekken = try TekkenFile(Self.folder.appending(path: "tekken.json"))
    #expect(tekken.pattern == #"\p{L}+|\s+"#)
    #expect(tekken.specials.count == 24)
    #expect(tekken.specials.prefix(4) == ["<unk>", "<s>", "</s>", "[INST]"])
    #expect(
      tekken.specials.suffix(5) == ["[TOOL_CONTENT]", "<SPECIAL_20>", "<SPECIAL_21>", "<SPECIAL_22>", "<SPECIAL_23>"])
    #expect(tekken.tokens.count > 600)
    #expect(tekken.tokens.find([0x41]) == 0x41)
    #expect(tekken.tokens.find(Array("qzqz".utf8)) == 300)
  }

  @Test("special tokens that the file names have their own places")
  func named() throws {
    let file = try Self.file { root in
      root["special_tokens"] = [
        ["rank": 2, "token_str": "<end>", "is_control": true], ["rank": 0, "token_str": "<a>"],
      ]
      root["config"] = (root["config"] as? [String: Any] ?? [:]).merging(["version": "v13"]) { $1 }
    }
    #expect(try TekkenFile(file).specials.prefix(4) == ["<a>", "<SPECIAL_1>", "<end>", "<SPECIAL_3>"])
  }

  @Test("ranks become the rules of llama.cpp's converter, shifted by the special tokens")
  func merges() throws {
    let expected = try JSONDecoder().decode(
      [[Int32]].self, from: Data(contentsOf: Self.folder.appending(path: "merges.json")))
    let tekken = try TekkenFile(Self.folder.appending(path: "tekken.json"))
    let merges = RankedTokens(tekken.tokens).merges(firstID: tekken.specials.count)
    #expect(merges.map { [$0.left, $0.right, $0.result] } == expected.map { $0.map { $0 + 24 } })
    #expect(merges.count > 350)
  }

  @Test("what is none is refused with its place")
  func refused() throws {
    func config(_ key: String, _ value: Any) -> (inout [String: Any]) -> Void {
      { $0["config"] = ($0["config"] as? [String: Any] ?? [:]).merging([key: value]) { $1 } }
    }
    func token(_ rank: Int, _ key: String, _ value: Any) -> (inout [String: Any]) -> Void {
      { root in
        guard var vocab = root["vocab"] as? [[String: Any]] else { return }
        vocab[rank][key] = value
        root["vocab"] = vocab
      }
    }
    for (change, field) in [
      ({ $0["config"] = nil }, "config"), ({ $0["vocab"] = nil }, "vocab"),
      ({ $0["vocab"] = [[String: Any]]() }, "vocab"),
      (config("pattern", 3), "config.pattern"),
      (config("default_num_special_tokens", -1), "config.default_num_special_tokens"),
      (config("default_vocab_size", 1 << 40), "config.default_vocab_size"),
      (config("default_vocab_size", 24), "config.default_vocab_size"),
      (config("default_vocab_size", 100_000), "vocab"), (config("version", "v11"), "special_tokens"),
      (config("version", "7"), "special_tokens"), (token(5, "rank", 6), "vocab[5].rank"),
      (token(5, "token_bytes", "!"), "vocab[5].token_bytes"), (token(5, "token_bytes", "AA=="), "vocab[5].token_bytes"),
      (token(400, "token_bytes", ""), "vocab[400].token_bytes"),
      (token(400, "token_bytes", "AA=="), "vocab[400].token_bytes"),
      (token(400, "token_bytes", Data(count: 600).base64EncodedString()), "vocab[400].token_bytes"),
      ({ $0["special_tokens"] = [["rank": 24, "token_str": "x"]] }, "special_tokens[0].rank"),
      (
        { $0["special_tokens"] = [["rank": 1, "token_str": "x"], ["rank": 1, "token_str": "y"]] },
        "special_tokens[1].rank"
      ),
      ({ $0["special_tokens"] = [["rank": 1, "token_str": "x"], ["rank": 2, "token_str": "x"]] }, "special_tokens"),
    ] as [((inout [String: Any]) -> Void, String)] {
      let file = try Self.file(changing: change)
      let error = try #require(throws: InputError.self) { _ = try TekkenFile(file) }
      #expect(error.file == "tekken.json" && error.field == field, "\(error)")
    }
  }
}
