import Checkpoints
import Diagnostics
import Foundation
import Testing
import Tokenizers

@Suite("A GGUF's vocabulary written as tokenizer.json")
struct TokenizerExportTests {
  /// What the written files are when they are read again.
  private static func exported(_ file: VocabularyFile) throws -> (tokenizer: Tokenizer, configuration: String) {
    try file.open { files, folder in
      try TokenizerExport(files, contextLength: 2048).write(into: folder)
      let configuration = folder.appending(path: "tokenizer_config.json")
      let tokenizer = try Tokenizer(json: folder.appending(path: "tokenizer.json"), configuration: configuration)
      return (tokenizer, try String(contentsOf: configuration, encoding: .utf8))
    }
  }

  @Test(
    "gives the ids that `tokenizers` gives from the original",
    arguments: [("gpt2", "gpt-2"), ("smollm", "smollm"), ("llama3", "llama-bpe"), ("qwen2", "qwen2")])
  func sameIDs(_ name: String, _ pre: String) throws {
    let (tokenizer, _) = try Self.exported(VocabularyFile(GGUFTokenizerTests.fields(name, pre: pre)))
    let corpus = try TokenizerGoldens.corpus()
    let different = zip(corpus, try TokenizerGoldens.ids(name)).filter { tokenizer.encode($0) != $1 }.map(\.0)
    #expect(different.isEmpty, "\(different.count) differ, such as \(different.prefix(3).map(\.debugDescription))")
    #expect(tokenizer.bosTokenID == 1)
    #expect(tokenizer.eosTokenID == 2)
    #expect(tokenizer.addsBOS == (name == "llama3"))
  }

  @Test("adds BOS and EOS where the file says so, and only there")
  func specialTokens() throws {
    for (bos, eos) in [(true, true), (true, false), (false, true), (false, false)] {
      var fields = try GGUFTokenizerTests.fields("llama3", pre: "llama-bpe")
      (fields.addBOS, fields.addEOS) = (bos, eos)
      let (tokenizer, _) = try Self.exported(VocabularyFile(fields))
      #expect(tokenizer.encode("") == (bos ? [1] : []) + (eos ? [2] : []))
    }
  }

  @Test("keeps special tokens special, added ones added, and the chat template")
  func tokenizerConfiguration() throws {
    var fields = try GGUFTokenizerTests.fields("smollm", pre: "smollm")
    fields.tokenTypes[2] = 4
    let template = "{% for message in messages %}\"\\\t{{ message }}\n{% endfor %}"
    let (tokenizer, configuration) = try Self.exported(VocabularyFile(fields, chatTemplate: template))
    #expect(tokenizer.isSpecial(0) && tokenizer.isSpecial(1) && !tokenizer.isSpecial(2))
    #expect(tokenizer.encode("<|im_start|><|im_end|>") == [1, 2])
    let members = try #require(
      JSONSerialization.jsonObject(with: Data(configuration.utf8)) as? [String: Any])
    #expect(members["chat_template"] as? String == template)
    #expect(members["bos_token"] as? String == fields.tokens[1])
    #expect(members["eos_token"] as? String == fields.tokens[2])
    #expect(members["model_max_length"] as? Int == 2048)
    #expect(members["pad_token"] == nil)
  }

  @Test("named chat templates go along as files, the default beside them; names that lead elsewhere are refused")
  func namedTemplates() throws {
    let fields = try GGUFTokenizerTests.fields("smollm", pre: "smollm")
    let files = try VocabularyFile(fields, chatTemplate: "plain", named: [("tool-use", "with tools")]).open {
      files, folder in
      try TokenizerExport(files, contextLength: 2048).write(into: folder)
      return try ["chat_template.jinja", "additional_chat_templates/tool-use.jinja"].map {
        try String(contentsOf: folder.appending(path: $0), encoding: .utf8)
      }
    }
    #expect(files == ["plain", "with tools"])
    for (names, words) in [
      (["../x"], "is no name for a file"), ([".x"], "is no name for a file"),
      (["a", "a"], "has two templates of the name 'a'"), (["a-b", "a_b"], "or of the same key"),
      ((0..<65).map { "t\($0)" }, "names 65 templates"),
    ] {
      let file = VocabularyFile(fields, chatTemplate: "plain", named: names.map { ($0, "x") })
      let fault = #expect(throws: InputError.self) {
        try file.open { files, _ in _ = try TokenizerExport(files, contextLength: 2048) }
      }
      #expect(fault?.description.contains(words) == true, "\(String(describing: fault))")
    }
  }

  @Test("is refused by field where `tokenizers` would not load it")
  func refused() throws {
    func field(_ edit: (inout GGUFTokenizerFields) -> Void) throws -> String? {
      var fields = try GGUFTokenizerTests.fields("smollm", pre: "smollm")
      edit(&fields)
      return try #require(throws: InputError.self) { try Self.exported(VocabularyFile(fields)) }.field
    }
    #expect(try field { $0.model = "t5" } == "tokenizer.ggml.model")
    // It has no scores.
    #expect(try field { $0.model = "llama" } == "tokenizer.ggml.scores")
    #expect(try field { $0.pre = "tekken-2" } == "tokenizer.ggml.pre")
    #expect(try field { $0.pre = nil } == "tokenizer.ggml.pre")
    #expect(try field { $0.tokens = [] } == "tokenizer.ggml.tokens")
    #expect(try field { $0.tokens[7] = $0.tokens[8] } == "tokenizer.ggml.tokens")
    #expect(try field { $0.tokenTypes.removeLast() } == "tokenizer.ggml.token_type")
    #expect(try field { $0.merges[3] = "no-space" } == "tokenizer.ggml.merges[3]")
    #expect(try field { $0.merges[3] = "☃ ☃" } == "tokenizer.ggml.merges[3]")
    #expect(try field { $0.bosTokenID = 70_000 } == "tokenizer.ggml.bos_token_id")
    #expect(try field { $0.addSpacePrefix = true } == "tokenizer.ggml.add_space_prefix")
    #expect(
      try field {
        $0.bosTokenID = nil
        $0.addBOS = true
      } == "tokenizer.ggml.bos_token_id")
  }
}
