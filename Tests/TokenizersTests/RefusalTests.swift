import Diagnostics
import Foundation
import Testing
import Tokenizers

@Suite("A tokenizer.json that is not understood is refused by field")
struct RefusalTests {
  /// An edit of a good file, and the field that the complaint must name.
  struct Edit: Sendable, CustomTestStringConvertible {
    let file: String
    let old: String
    let new: String
    let field: String

    init(_ file: String, _ old: String, _ new: String, _ field: String) {
      self.file = file
      self.old = old
      self.new = new
      self.field = field
    }

    var testDescription: String { "\(field): \(new.prefix(40))" }
  }

  private static let growing =
    #"{"type":"Replace","pattern":{"String":"a"},"content":"\#(String(repeating: "a", count: 40))"}"#

  static let edits = [
    Edit("gpt2", #""type":"BPE""#, #""type":"WordPiece""#, "model.type"),
    Edit("gpt2", #""dropout":null"#, #""dropout":0.1"#, "model.dropout"),
    Edit("smollm", #""unk_token":null"#, #""unk_token":"☃""#, "model.unk_token"),
    Edit(
      "gpt2", #""continuing_subword_prefix":null"#, #""continuing_subword_prefix":"@@""#,
      "model.continuing_subword_prefix"),
    Edit("gpt2", #""ignore_merges":false"#, #""ignore_merges":"no""#, "model.ignore_merges"),
    Edit("gpt2", #""merges":["#, #""merges":[],"unread":["#, "model.merges"),
    Edit("gpt2", #""merges":["#, #""merges":["! ☃","#, "model.merges[0]"),
    Edit("gpt2", #""merges":["#, #""merges":["Ġt","#, "model.merges[0]"),
    Edit("gpt2", #""merges":["#, #""merges":["! !","#, "model.merges[0]"),
    Edit("gpt2", #""merges":["#, #""merges":[["!","!","!"],"#, "model.merges[0]"),
    Edit("gpt2", #""vocab":{"#, #""vocab":{"zz":-1,"#, "model.vocab"),
    Edit("gpt2", #""vocab":{"#, #""vocab":{"zz":3,"#, "model.vocab"),
    Edit("gpt2", #""vocab":{"#, #""vocab":{"zz":2147483648,"#, "model.vocab"),
    Edit("gpt2", #""vocab":{"#, #""vocab":{"zz":1e300,"#, "model.vocab"),
    Edit("gpt2", #""vocab":{"#, #""vocab":{"zz":1.5,"#, "model.vocab"),
    Edit("gpt2", #""vocab":{"#, #""vocab":{"!":640,"#, "model.vocab"),
    Edit("gpt2", #""normalizer":null"#, #""normalizer":{"type":"Nmt"}"#, "normalizer.type"),
    Edit("gpt2", #""normalizer":null"#, #""normalizer":{"type":"Prepend"}"#, "normalizer.prepend"),
    Edit(
      "gpt2", #""normalizer":null"#,
      #""normalizer":{"type":"Prepend","prepend":"\#(String(repeating: "x", count: 1_025))"}"#, "normalizer.prepend"),
    // Three of them make a text 64,000 times as long.
    Edit(
      "gpt2", #""normalizer":null"#,
      #""normalizer":{"type":"Sequence","normalizers":[\#([growing, growing, growing].joined(separator: ","))]}"#,
      "normalizer"),
    Edit(
      "gpt2", #""decoder":{"type":"ByteLevel""#, #""decoder":{"type":"Sequence","decoders":[\#(growing),\#(growing)]"#,
      "decoder"),
    Edit(
      "gpt2", #""normalizer":null"#, #""normalizer":{"type":"Precompiled","precompiled_charsmap":"AAAA"}"#,
      "normalizer.precompiled_charsmap"),
    Edit(
      "gpt2", #""normalizer":null"#, #""normalizer":{"type":"Replace","pattern":{"String":""},"content":"x"}"#,
      "normalizer.pattern.String"),
    Edit(
      "gpt2", #""pre_tokenizer":{"type":"ByteLevel""#, #""pre_tokenizer":{"type":"UnicodeScripts""#,
      "pre_tokenizer.type"),
    Edit(
      "gpt2", #""pre_tokenizer":{"type":"ByteLevel""#,
      #""pre_tokenizer":{"type":"Metaspace","prepend_scheme":"sometimes""#, "pre_tokenizer.prepend_scheme"),
    Edit(
      "gpt2", #""pre_tokenizer":{"type":"ByteLevel""#, #""pre_tokenizer":{"type":"Metaspace","replacement":"__""#,
      "pre_tokenizer.replacement"),
    Edit(
      "gpt2", #""pre_tokenizer":{"type":"ByteLevel""#,
      #""pre_tokenizer":{"type":"CharDelimiterSplit","delimiter":"ab""#, "pre_tokenizer.delimiter"),
    Edit(
      "gpt2", #""post_processor":{"type":"ByteLevel""#, #""post_processor":{"type":"RobertaProcessing""#,
      "post_processor.cls"),
    Edit(
      "gpt2", #""post_processor":{"type":"ByteLevel""#,
      #""post_processor":{"type":"BertProcessing","cls":["<s>",1],"sep":["</s>",640]"#, "post_processor.sep"),
    Edit("gpt2", #""decoder":{"type":"ByteLevel""#, #""decoder":{"type":"WordPiece""#, "decoder.type"),
    Edit(
      "gpt2", #""decoder":{"type":"ByteLevel""#, #""decoder":{"type":"Strip","content":"","start":1,"stop":0"#,
      "decoder.content"),
    Edit("llama3", #"{1,3}"#, #"{1,3}(\\1"#, "pre_tokenizer.pretokenizers[0].pattern.Regex"),
    Edit("llama3", #""behavior":"Isolated""#, #""behavior":"Sometimes""#, "pre_tokenizer.pretokenizers[0].behavior"),
    Edit("llama3", #""ids":[1]"#, #""ids":[70000]"#, "post_processor.processors[1].special_tokens.<|im_start|>.ids[0]"),
    Edit("llama3", #",{"Sequence":{"id":"A","type_id":0}}]"#, "]", "post_processor.processors[1].single"),
    Edit("added", #""id":2,"content":"<|im_end|>""#, #""id":5,"content":"<|im_end|>""#, "added_tokens[2].id"),
    Edit("added", #""content":"<mask>""#, #""content":"<|im_end|>""#, "added_tokens[3].id"),
  ]

  @Test("naming the field", arguments: edits)
  func refused(_ edit: Edit) throws {
    let document = String(decoding: try TokenizerGoldens.document(edit.file), as: UTF8.self)
    let place = try #require(document.range(of: edit.old), "the golden has changed")
    let edited = document.replacingCharacters(in: place, with: edit.new)
    let error = try #require(throws: InputError.self) { try tokenizer(reading: Data(edited.utf8)) }
    #expect(error.field == edit.field, "\(error)")
    #expect(error.file.hasSuffix("tokenizer.json"))
    #expect(!error.remedy.isEmpty)
  }

  @Test(
    "A file that is not JSON is refused with the byte where it ends to be",
    arguments: [
      "", "{", "[1,2", #"{"a":1,}"#, #"{"a" 1}"#, "nul", "{} x", #""\ud800""#, #""\u12""#, "1e999", "-", #"{"a":"\q"}"#,
      String(repeating: "[", count: 100_000),
    ])
  func notJSON(_ text: String) throws {
    let error = try #require(throws: InputError.self) { try tokenizer(reading: Data(text.utf8)) }
    #expect(error.field?.hasPrefix("byte ") == true, "\(error)")
  }

  @Test("A BOS token that the vocabulary lacks is refused") func unknownBOS() throws {
    let document = try TokenizerGoldens.document("gpt2")
    let error = try #require(throws: InputError.self) {
      try tokenizer(reading: document, configuration: #"{"bos_token": "<s>"}"#)
    }
    #expect(error.field == "bos_token")
    #expect(error.file.hasSuffix("tokenizer_config.json"))
  }

  @Test("No damage to a file crashes the reader or what it reads", arguments: ["added", "llama3", "smollm"])
  func damaged(_ name: String) throws {
    let document = try TokenizerGoldens.document(name)
    var random = SplitMix(state: 20_251_122)
    var readable = 0
    for _ in 0..<400 {
      var damaged = document
      for _ in 0...Int(random.next() % 3) {
        let place = Int(random.next() % UInt64(damaged.count))
        switch random.next() % 4 {
        case 0: damaged[place] = UInt8(truncatingIfNeeded: random.next())
        case 1: damaged[place] = Array(#"[]{}",:0123456789-e\tfn"#.utf8)[Int(random.next() % 22)]
        case 2: damaged.remove(at: place)
        default: damaged = random.next() % 8 == 0 ? damaged.prefix(place + 1) : damaged + damaged.suffix(1)
        }
      }
      guard let tokenizer = try? tokenizer(reading: damaged) else { continue }
      readable += 1
      let ids = tokenizer.encode("The ships' 12 <mask> <|im_start|>\n\u{E9} cat 日本 \u{1F600}")
      #expect(ids.allSatisfy { $0 >= 0 && Int($0) < tokenizer.vocabularySize })
      _ = tokenizer.decode(ids)
    }
    // Most single bytes are inside a token's text, where damage makes another good vocabulary.
    #expect(readable > 0)
  }
}

/// A small generator of numbers that are the same on every run.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
