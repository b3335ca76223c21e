import Diagnostics
import Foundation

extension Adapter {
  /// Opens a LoRA in GGUF, as llama.cpp's convert_lora_to_gguf.py writes it: `NAME.lora_a` [r, in] and `NAME.lora_b` [out, r] of each of the
  /// base's tensors, in that converter's order of rows.
  static func openGGUF(_ path: String, on base: Checkpoint) throws -> Adapter {
    let gguf = try GGUFFile(URL(fileURLWithPath: path))
    guard gguf.files.count == 1 else {
      throw InputError(
        path, field: "split.count", "is a LoRA in \(gguf.files.count) files, which is not supported",
        remedy: "merge them with llama-gguf-split --merge FIRST OUT")
    }
    let layout = try gguf.adapterLayout(of: base)
    let alpha = try gguf.metadata.double("adapter.lora.alpha") ?? 0
    guard alpha.isFinite else {
      throw InputError(path, field: "adapter.lora.alpha", "is \(alpha)", remedy: "convert the adapter again")
    }
    let spec = base.configuration.decoder
    let tensors = try AdapterTensors(gguf, spec, layout)
    try tensors.refuseUnknownPaths(spec)
    return try Adapter(
      path: path, tensors, AdapterRules(source: .gguf(path: path, alpha: alpha), layers: nil), on: base,
      weightFile: gguf.file, notes: [])
  }
}

extension GGUFFile {
  /// Whether it holds an adapter, not a model.
  var isAdapter: Bool {
    (try? metadata.string("general.type")) == "adapter" || metadata.contains("adapter.type")
      || tensors.keys.contains { $0.hasSuffix(".lora_a") }
  }

  /// The names of the base's architecture.
  ///
  /// - Throws: `InputError` where the file is no LoRA, or for another architecture.
  fileprivate func adapterLayout(of base: Checkpoint) throws -> GGUFLayout {
    guard isAdapter else {
      throw InputError(file.path, "is a model, not an adapter", remedy: "give it as the model")
    }
    let type = try metadata.string("adapter.type") ?? "lora"
    guard type == "lora" else {
      throw InputError(
        file.path, field: "adapter.type", "'\(type)' is not supported; supported: lora", remedy: "give a LoRA adapter")
    }
    if metadata.contains("adapter.alora.invocation_tokens") {
      throw InputError(
        file.path, field: "adapter.alora.invocation_tokens",
        "is not supported: an activated LoRA (aLoRA) acts from its invocation on",
        remedy: "it cannot be merged into weights: gate it through a server that applies it")
    }
    guard let layout = base.configuration.family?.gguf, layout.architecture == architecture else {
      throw InputError(
        file.path, field: "general.architecture",
        "is '\(architecture)', the base \(base.path) is a \(base.configuration.modelType)",
        remedy: "use the adapter with the base model that it was trained on")
    }
    guard !base.configuration.decoder.names.modules.contains(where: { $0.storage == .transposed }) else {
      throw InputError(
        file.path, field: "general.architecture",
        "is '\(architecture)', of which llama.cpp's converter writes lora_a and lora_b the wrong way round",
        remedy: "give the PEFT folder that the file was converted from")
    }
    return layout
  }
}

extension AdapterTensors {
  fileprivate init(_ gguf: GGUFFile, _ base: DecoderSpec, _ layout: GGUFLayout) throws {
    var modules: [String: [AdapterPart: Tensor]] = [:]
    for (name, tensor) in gguf.tensors.sorted(by: { $0.key < $1.key }) {
      let isA = name.hasSuffix(".weight.lora_a")
      guard isA || name.hasSuffix(".weight.lora_b") else {
        throw InputError(
          gguf.file.path, field: name, "is no half of a LoRA, and llama.cpp would pass over it",
          remedy: "give the PEFT folder that the file was converted from")
      }
      let stored = String(name.dropLast(".lora_a".count))
      let (weight, order) = try gguf.adapted(stored, base, layout)
      guard tensor.shape.count == 2 else {
        throw InputError(
          gguf.file.path, field: name, "has shape \(tensor.shape), expected a matrix", remedy: "convert it again")
      }
      let module = String(weight.dropLast(".weight".count))
      let isEmbedding = module == base.names.embedding
      let part: AdapterPart = isEmbedding ? (isA ? .embeddingA : .embeddingB) : isA ? .loraA : .loraB
      // The embedding's A lies transposed, [vocabulary, r].
      let arranged = isA && isEmbedding ? tensor.canonical(.transposed, headDimension: base.headDimension) : tensor
      guard let arranged else {
        throw InputError(
          gguf.file.path, field: name, "is stored as \(tensor.storage), which cannot be transposed",
          remedy: "convert the adapter with --outtype f32")
      }
      if !isA, case .interleavedPairs(let headDimension) = order, tensor.rows % headDimension != 0 {
        throw InputError(
          gguf.file.path, field: name, "has \(tensor.rows) rows, not whole heads of \(headDimension)",
          remedy: "use the adapter with the base model that it was trained on")
      }
      modules[module, default: [:]][part] = isA ? arranged : arranged.renamed(name, rowOrder: order)
    }
    guard !modules.isEmpty else {
      throw InputError(gguf.file.path, "holds no adapter tensors", remedy: "convert the adapter again")
    }
    self.init(file: gguf.file.path, modules: modules)
    try refuseHalves()
    try refuseNonFinite()
  }
}
