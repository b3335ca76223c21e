import Diagnostics
import Foundation
import Reading

/// Writes a whole model as a Hugging Face folder that `transformers` loads: config.json, generation_config.json, the tokenizer's files, and
/// the weights as model.safetensors, or as shards with their index where they are large.
package struct ModelWriter: Sendable {
  package typealias Weight = (name: String, shape: [Int], values: UnsafePointer<Float>)

  private let type: ElementType
  private let maxShardBytes: Int
  private let tokenizer: TokenizerExport
  private let spec: DecoderSpec
  /// config.json and generation_config.json.
  private let configurationFiles: [(name: String, data: Data)]

  /// Prepares all but the weights, so that whatever cannot be written is refused before a model is trained and not after.
  ///
  /// - Parameters:
  ///   - configuration: the model's. Frequency factors out of a GGUF file are written as the formula that gives them.
  ///   - tokenizer: the base's, or an adapter's own; its files are read now.
  ///   - base: the base's where the tokenizer is an adapter's own.
  ///   - type: `.f32`, or `.bf16` or `.f16` for weights rounded to the nearest, ties to even.
  ///   - maxShardBytes: weights of more bytes than these go into several files, each of at most as many unless one matrix has more.
  /// - Throws: `InputError` for another type, for what config.json cannot say, and for a vocabulary that tokenizer.json cannot hold.
  package init(
    configuration: ModelConfiguration, tokenizer: TokenizerFiles, base: TokenizerFiles? = nil, type: ElementType,
    maxShardBytes: Int = 5 << 30
  ) throws {
    guard [.f32, .bf16, .f16].contains(type) else {
      throw InputError(
        "model.safetensors", field: "dtype", "\(type.rawValue) cannot be written", remedy: "choose f32, bf16 or f16")
    }
    self.type = type
    self.maxShardBytes = maxShardBytes
    spec = configuration.decoder
    self.tokenizer = try TokenizerExport(
      tokenizer, base: base, contextLength: configuration.contextLength)
    let pad = self.tokenizer.padTokenID
    let config = try configuration.configJSON(type: type, padTokenID: pad)
    var files = [("config.json", Data(JSONText.document(config)))]
    // A base's own generation settings are better than the little that the configuration knows.
    if !self.tokenizer.files.contains(where: { $0.name == TokenizerExport.generationFile }) {
      files.append(
        (TokenizerExport.generationFile, Data(JSONText.document(configuration.generationJSON(padTokenID: pad)))))
    }
    configurationFiles = files
  }

  /// Writes the model to a folder that does not exist yet, or an empty one; it is there whole or not at all.
  ///
  /// - Parameter tensors: all of the model's, under Hugging Face's names, matrices [outputs, inputs] and fused rows in the order of their
  ///   projections, values row-major; they must stay where
  ///   they are until this returns. A tied head is not one of them.
  /// - Throws: `InputError` where the folder has something in it or cannot be written, and where the tensors are not the configuration's.
  package func write(_ tensors: [Weight], to folder: String) throws {
    try StagedFolder.write(to: folder) { try writeFiles(tensors, into: $0) }
  }

  /// Writes the model's files into a folder that is there, such as one that `StagedFolder` is filling.
  package func writeFiles(_ tensors: [Weight], into folder: URL) throws {
    try writeFiles(
      tensors.map { StreamedWeight(name: $0.name, shape: $0.shape, values: $0.values) }, into: folder)
  }

  /// The same from weights that are there one at a time.
  ///
  /// - Throws: `InputError` for a weight that f16 cannot hold too; whatever a weight throws.
  package func writeFiles(_ weights: [StreamedWeight], into folder: URL) throws {
    try writeWeights(StreamedWeight.stored(weights, spec), into: folder)
    try tokenizer.write(into: folder)
    for file in configurationFiles { try StagedFolder.write(file.data, as: file.name, in: folder) }
    // Whoever opens the folder later has these checks too: what would fail there fails here.
    _ = try Checkpoint.open(folder.path)
  }

  private func writeWeights(_ tensors: [StreamedWeight], into folder: URL) throws {
    let output = SafetensorsOutput(type: type)
    let shards = shards(tensors.map(output.byteCount))
    guard shards.count > 1 else {
      return try output.write(tensors, to: folder.appendingPathComponent("model.safetensors"))
    }
    var places: [(String, JSONValue)] = []
    for (index, range) in shards.enumerated() {
      let name = "model-\(fiveDigits(index + 1))-of-\(fiveDigits(shards.count)).safetensors"
      try output.write(Array(tensors[range]), to: folder.appendingPathComponent(name))
      places += tensors[range].map { ($0.name, .string(name)) }
    }
    let total = tensors.reduce(0) { $0 + output.byteCount($1) }
    let index: JSONValue = [
      "metadata": ["total_size": .integer(total)],
      "weight_map": .object(JSONObject(places.sorted { $0.0 < $1.0 })),
    ]
    try StagedFolder.write(Data(JSONText.document(index)), as: "model.safetensors.index.json", in: folder)
  }

  /// Neighbouring tensors that share a file.
  private func shards(_ sizes: [Int]) -> [Range<Int>] {
    var shards: [Range<Int>] = []
    var start = 0
    var bytes = 0
    for (index, size) in sizes.enumerated() {
      if index > start, size > maxShardBytes - bytes {
        shards.append(start..<index)
        (start, bytes) = (index, 0)
      }
      bytes += size
    }
    return shards + [start..<sizes.count]
  }
}
