import Checkpoints
import Diagnostics
import Foundation
import Tokenizers

/// tokenizer.json, tokenizer_config.json, and the encoding of any text.
enum TokenizerTargets {
  static func all(_ place: Workplace) throws -> [FuzzTarget] {
    let pipelines = ["llama2", "gemma", "metaspace-always", "falcon", "own-pattern", "words", "unigram-bytes"]
    let names = ["gpt2", "llama3", "qwen2", "smollm", "added", "prefix"] + pipelines.map { "pipelines/\($0)" }
    let files = names.map { "\(place.repository)/Tests/Goldens/tokenizers/\($0).tokenizer.json" }
    let vocabulary = FuzzTarget(
      "tokenizer", .json, try names.map { try place.golden("tokenizers/\($0).tokenizer.json") }
    ) { bytes, _ in
      let path = try place.write(bytes, "tokenizer.json")
      try encode(try Tokenizer(json: URL(fileURLWithPath: path), configuration: nil))
    }
    let folder = "checkpoints/llama-tied"
    let configuration = FuzzTarget("tokenizer-config", .json, [try place.golden("\(folder)/tokenizer_config.json")]) {
      bytes, _ in
      let path = try place.write(bytes, "tokenizer_config.json")
      let tokenizer = URL(fileURLWithPath: "\(place.repository)/Tests/Goldens/\(folder)/tokenizer.json")
      _ = try Tokenizer(json: tokenizer, configuration: URL(fileURLWithPath: path))
    }
    let tokenizers = try files.map { try Tokenizer(json: URL(fileURLWithPath: $0), configuration: nil) }
    let texts = try place.bytes("Tests/Goldens/tokenizers/corpus.jsonl").split(separator: 0x0A).prefix(400)
    let text = FuzzTarget("text", .text, texts.map(Array.init)) { bytes, seed in
      let text = String(decoding: bytes, as: UTF8.self)
      let tokenizer = tokenizers[(seed &+ bytes.count) % tokenizers.count]
      let ids = tokenizer.encode(text)
      try require(ids.allSatisfy { $0 >= 0 && Int($0) < tokenizer.vocabularySize }, "an id beyond the vocabulary")
      _ = tokenizer.decode(ids)
    }
    return try [vocabulary, configuration, text, sentencePiece(place), tekken(place)]
  }

  private static func sentencePiece(_ place: Workplace) throws -> FuzzTarget {
    let seeds = try ["tokenizers/spm.model", "sentencepiece/bpe.model", "sentencepiece/unigram.model"].map {
      try place.golden($0)
    }
    return FuzzTarget("sentencepiece", .text, seeds) { bytes, _ in
      let path = try place.write(bytes, "tokenizer.model")
      try encode(try Tokenizer(sentencePiece: URL(fileURLWithPath: path), configuration: nil, added: nil))
    }
  }

  private static func tekken(_ place: Workplace) throws -> FuzzTarget {
    FuzzTarget("tekken", .json, [try place.golden("tekken/tekken.json")]) { bytes, _ in
      let path = try place.write(bytes, "tekken.json")
      try encode(try Tokenizer(tekken: URL(fileURLWithPath: path), configuration: nil))
    }
  }

  private static let texts = [
    "", "Hello, wörld! 12345\n\n  😀 don't e\u{301}", "<|endoftext|><|im_start|>a\u{0}b\r\n\t 日本語",
  ]

  static func encode(_ tokenizer: Tokenizer) throws {
    for text in texts {
      let ids = tokenizer.encode(text)
      try require(ids.allSatisfy { $0 >= 0 && Int($0) < tokenizer.vocabularySize }, "an id beyond the vocabulary")
      _ = tokenizer.decode(ids)
    }
  }
}
