import Foundation
import Testing

@Suite("A checkpoint that is no good is refused on one line, and no scores are written")
struct BadCheckpointTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("a file that is not there")
  func missing() throws {
    try refused("missing.gguf", naming: "missing.gguf: no such file or folder")
  }

  @Test("a name that is in no catalogue, and one that has not been fetched")
  func unfetched() throws {
    try refused("smollm3", naming: "smollm3: no such file or folder")
    try refused("smollm2-135m-instruct", naming: "smollm2-135m-instruct.gguf", "run 'holdfast fetch")
  }

  @Test("a GGUF file that stops early", arguments: [0, 3, 20, 1000, 60_000, -1])
  func truncatedGGUF(length: Int) throws {
    let whole = try Data(contentsOf: URL(fileURLWithPath: golden("checkpoints/llama-tied.gguf")))
    try folder.write("short.gguf", length < 0 ? whole.dropLast(-length) : whole.prefix(length))
    try refused("short.gguf", naming: "short.gguf")
  }

  @Test("a safetensors header of 2^60 bytes")
  func hugeHeader() throws {
    try tied()
    var bytes = try Data(contentsOf: folder.file("model/model.safetensors"))
    bytes.replaceSubrange(0..<8, with: withUnsafeBytes(of: (UInt64(1) << 60).littleEndian) { Data($0) })
    try folder.write("model/model.safetensors", bytes)
    try refused("model", naming: "model.safetensors", "header", "1152921504606846976")
  }

  @Test("a tensor that ends behind the end of its file")
  func pastTheEnd() throws {
    try tied { $0.data.removeLast(64) }
    try refused("model", naming: "model.safetensors", "model.norm.weight")
  }

  @Test("a tensor that lies behind the end of its file")
  func farPastTheEnd() throws {
    try tied { parts in
      parts["model.norm.weight", "data_offsets"] = [1 << 40, (1 << 40) + 128]
    }
    try refused("model", naming: "model.safetensors", "model.norm.weight")
  }

  @Test("two tensors in the same bytes")
  func overlap() throws {
    try tied { parts in
      parts["model.norm.weight", "data_offsets"] = parts["model.layers.0.input_layernorm.weight", "data_offsets"]
    }
    try refused("model", naming: "model.safetensors", "overlap")
  }

  @Test("a shard outside the folder")
  func shardName() throws {
    try folder.copy(golden("checkpoints/llama-untied"), as: "model")
    try folder.replace(
      "model-00001-of-00002.safetensors", with: "../../etc/passwd", in: "model/model.safetensors.index.json")
    try refused("model", naming: "model.safetensors.index.json", "../../etc/passwd")
  }

  @Test("weights of an element type that is not for weights")
  func wrongType() throws {
    try tied { $0["model.norm.weight", "dtype"] = "I32" }
    try refused("model", naming: "model.safetensors", "model.norm.weight", "I32")
  }

  @Test("a shape that is not the configuration's")
  func wrongShape() throws {
    try tied { $0["model.norm.weight", "shape"] = [4, 8] }
    try refused("model", naming: "model: model.norm.weight", "[4, 8]", "[32]")
  }

  @Test("a weight that is not a number")
  func notANumber() throws {
    let name = "model.layers.1.mlp.up_proj.weight"
    try tied { parts in
      let start = (parts[name, "data_offsets"] as? [Int])?[0] ?? 0
      parts.data.replaceSubrange(start..<start + 4, with: withUnsafeBytes(of: Float.nan) { Data($0) })
    }
    try refused("model", naming: "model: \(name)", "not a finite number")
  }

  @Test("a tokenizer of another kind")
  func unknownTokenizer() throws {
    try folder.copy(golden("checkpoints/llama-tied"), as: "model")
    let file = "model/tokenizer.json"
    var tokenizer = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: folder.file(file))) as? [String: Any])
    var model = try #require(tokenizer["model"] as? [String: Any])
    model["type"] = "WordPiece"
    tokenizer["model"] = model
    try folder.write(file, try JSONSerialization.data(withJSONObject: tokenizer))
    try refused("model", naming: "tokenizer.json", "WordPiece")
    try expectRefusal(
      "tokenize", "--model", "model", in: folder, input: "\"Hello\"\n", naming: ["tokenizer.json", "WordPiece"])
  }

  @Test("an architecture that is not known")
  func unknownFamily() throws {
    try folder.copy(golden("checkpoints/llama-tied"), as: "model")
    try folder.replace("\"model_type\": \"llama\"", with: "\"model_type\": \"lama\"", in: "model/config.json")
    try refused("model", naming: "config.json", "model_type", "lama")
  }

  /// The tiny model's folder, its weights changed.
  private func tied(_ change: (inout SafetensorsParts) throws -> Void = { _ in }) throws {
    try folder.copy(golden("checkpoints/llama-tied"), as: "model")
    var parts = try SafetensorsParts(folder.file("model/model.safetensors"))
    try change(&parts)
    try folder.write("model/model.safetensors", try parts.bytes())
  }

  private func refused(_ model: String, naming words: String..., sourceLocation: SourceLocation = #_sourceLocation)
    throws
  {
    try expectRefusal(
      "score", "--model", model, "--requests", "-", "--out", "scores.jsonl", in: folder, input: oneRequest,
      naming: words, sourceLocation: sourceLocation)
  }
}

/// A safetensors file taken apart, to be put together wrongly.
struct SafetensorsParts {
  private var header: [String: Any]
  var data: Data

  init(_ file: URL) throws {
    let bytes = try Data(contentsOf: file)
    let length = Int(bytes.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) })
    header = try JSONSerialization.jsonObject(with: bytes[8..<8 + length]) as? [String: Any] ?? [:]
    data = Data(bytes.dropFirst(8 + length))
  }

  /// A field of a tensor's entry.
  subscript(tensor: String, field: String) -> Any? {
    get { (header[tensor] as? [String: Any])?[field] }
    set {
      var entry = header[tensor] as? [String: Any] ?? [:]
      entry[field] = newValue
      header[tensor] = entry
    }
  }

  /// Gives every tensor another name.
  mutating func rename(_ name: (String) -> String) {
    header = Dictionary(
      uniqueKeysWithValues: header.map { ($0.key == "__metadata__" ? $0.key : name($0.key), $0.value) })
  }

  func bytes() throws -> Data {
    let text = try JSONSerialization.data(withJSONObject: header, options: .sortedKeys)
    return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) } + text + data
  }
}
