import Diagnostics
import Foundation
import Reading

/// Writes a model as a GGUF file that llama.cpp loads, after another GGUF file of the same model: its metadata byte by byte, and its tensors by
/// name and order with other values, which are asked for one tensor at a time.
///
/// Which type a tensor gets is what llama.cpp's `convert_hf_to_gguf.py` does: vectors, norms and positions stay F32; rows that are no
/// multiple of 32 are F16 in a file of Q8_0. The same inputs give the same bytes on every processor.
package struct GGUFOutput {
  private let file: GGUFFile
  private let spec: DecoderSpec
  private let layout: GGUFLayout
  private let weights: MergedWeights
  /// Whether the file that is followed is the base.
  private let isOfBase: Bool
  private let header: GGUFHeader
  /// In the order of the file that is followed.
  private let places: [Place]

  /// A tensor of the file and what it holds under the model's own names, one part after another; none of what only says how positions rotate.
  private struct Place {
    let stored: Tensor
    let parts: [Tensor]
    let entry: GGUFHeader.TensorEntry
  }

  /// - Parameters:
  ///   - path: the GGUF file that is followed: the base itself, or another of the same model.
  ///   - type: F32, F16, BF16 or Q8_0.
  ///   - chatTemplate: what is put in the place of the file's; nil keeps that.
  /// - Throws: `InputError` where the file is damaged, or is of a model with other sizes or tensors.
  package init(
    _ weights: MergedWeights, like path: String, type: ElementType, chatTemplate: String? = nil
  ) throws {
    file = try GGUFFile(URL(fileURLWithPath: path))
    let (configuration, layout) = try file.configuration()
    spec = configuration.decoder
    self.layout = layout
    self.weights = weights
    isOfBase = path == weights.checkpoint.path
    if !isOfBase {
      try GGUFLikeness(base: weights.checkpoint, path: path).demandSame(configuration)
    }
    let shapes = Dictionary(weights.places.map { ($0.name, $0.shape) }, uniquingKeysWith: { first, _ in first })
    places = try Self.places(file, spec, layout, type, shapes: shapes, of: weights.checkpoint.path)
    // How the other file's weights were quantised, and where its parts were, is not so of these.
    var header = GGUFHeader(file.metadata, alignment: try file.metadata.integer("general.alignment") ?? 32) {
      !$0.hasPrefix("quantize.imatrix.") && !$0.hasPrefix("split.")
    }
    header.set("general.quantization_version", 2)
    header.set("general.file_type", type.fileType)
    if let chatTemplate { header.set("tokenizer.chat_template", chatTemplate) }
    self.header = header
  }

  /// The files that are read beside the weights' own.
  package var files: [MappedFile] { file.files }

  /// Writes the file, whole or not at all, where nothing is yet.
  ///
  /// - Throws: `InputError` where something is there or it cannot be written, and for a weight that the type cannot hold.
  package func write(to path: String) throws {
    try Self.requireUnused(path)
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw InputError(
        path, "its folder cannot be made (\(systemWords(error)))", remedy: "name a folder that you may write")
    }
    let output = try OutputFile(path)
    try output.write(header.bytes(places.map(\.entry)))
    for place in places {
      try Interruption.check()
      try write(place, to: output, path)
      try output.write(Data(count: header.padding(behind: place.entry.byteCount)))
    }
    try output.commit()
    do {
      // Whoever opens the file later has these checks too: what would fail there fails here.
      _ = try Checkpoint.open(path)
    } catch {
      try? FileManager.default.removeItem(atPath: path)
      throw error
    }
  }

  /// Refuses a path at which something is already.
  package static func requireUnused(_ path: String) throws {
    guard FileKind.of(path) != nil else { return }
    throw InputError(path, "is there already", remedy: "give a new file with --out")
  }

  private static func places(
    _ file: GGUFFile, _ spec: DecoderSpec, _ layout: GGUFLayout, _ type: ElementType, shapes: [String: [Int]],
    of base: String
  ) throws -> [Place] {
    var held: Set<String> = []
    // In the order of the file, part after part. What multiplies whole matrices is in their values by now.
    let scales = try TensorScales(file.tensors)
    let order = Dictionary(
      file.files.enumerated().map { ($1.path, $0) }, uniquingKeysWith: { first, _ in first })
    func place(_ tensor: Tensor) -> (Int, Int) { (order[tensor.file.path] ?? 0, tensor.offset ?? 0) }
    let tensors = file.tensors.filter { !scales.names.contains($0.key) }.sorted { place($0.value) < place($1.value) }
    let places = try tensors.map { name, stored in
      let tensor = scales.factors[name].map { stored.renamed(name, times: $0) } ?? stored
      let parts = GGUFFile.rotaryTensors.contains(name) ? [] : try file.parts(name, tensor, spec, layout)
      for part in parts {
        guard shapes[part.name] == part.shape else {
          let shape = shapes[part.name].map { "\($0)" } ?? "none"
          throw InputError(
            tensor.file.path, field: name, "has shape \(part.shape), and \(base) \(shape)",
            remedy: "give a GGUF file of the same base with --like")
        }
        held.insert(part.name)
      }
      let type = parts.isEmpty ? tensor.type ?? .f32 : type.ofTensor(name, shape: tensor.shape)
      return Place(stored: tensor, parts: parts, entry: .init(name: name, shape: tensor.shape, type: type))
    }
    if let absent = shapes.keys.sorted().first(where: { !held.contains($0) }) {
      throw InputError(
        file.file.path, field: absent, "is missing, and \(base) has it",
        remedy: "give a GGUF file of the same base with --like")
    }
    return places
  }

  private func write(_ place: Place, to output: OutputFile, _ path: String) throws {
    guard !place.parts.isEmpty else { return try output.write(Data(place.stored.storedBytes)) }
    var values: [Float] = []
    // The scale of a matrix that has one is not written.
    var isUnchanged = isOfBase && place.stored.type == place.entry.type && place.stored.factor == 1
    for part in place.parts {
      let own = try weights.values(of: part.name)
      // What nothing changed is the file's own to the last bit, which decoding and restoring need not be.
      isUnchanged = isUnchanged && own.hasSameBits(as: part.decodeAll())
      let restored = part.restored(own)
      if place.parts.count == 1 { values = restored } else { values += restored }
    }
    if isUnchanged { return try output.write(Data(place.stored.storedBytes)) }
    let encoding = WeightEncoding(
      type: place.entry.type, file: path, remedy: "write it as bf16 (--gguf bf16)")
    let weight = StreamedWeight(name: place.entry.name, shape: place.entry.shape) { values }
    try weight.pieces { try output.write(encoding.encoded($0, of: weight.name, from: $1)) }
  }
}

extension ElementType {
  /// `general.file_type` of a file whose matrices are mostly of this type (`llama_ftype`).
  fileprivate var fileType: UInt32 {
    switch self {
    case .f16: 1
    case .q8_0: 7
    case .bf16: 32
    default: 0
    }
  }

  /// The type of a tensor in a file of this type.
  fileprivate func ofTensor(_ name: String, shape: [Int]) -> ElementType {
    let inF32 = ["position_embd.weight", "token_types.weight", "ffn_gate_inp.weight", "ffn_gate_inp_shexp.weight"]
    if shape.count == 1 || name.hasSuffix("_norm.weight") || !name.hasSuffix(".weight")
      || inF32.contains(where: { name == $0 || name.hasSuffix(".\($0)") })
    {
      return .f32
    }
    return (shape.last ?? 0) % weightsPerBlock == 0 ? self : .f16
  }
}

extension [Float] {
  fileprivate func hasSameBits(as other: [Float]) -> Bool {
    count == other.count && zip(self, other).allSatisfy { $0.bitPattern == $1.bitPattern }
  }
}
