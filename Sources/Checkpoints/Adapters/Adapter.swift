import Diagnostics
import Foundation
import Reading

/// One adapted linear module: y += scale · (B (A x) + bias).
package struct AdapterModule: Sendable {
  /// As in the base, e.g. "model.layers.0.self_attn.q_proj".
  package let path: String
  /// [r, in]
  package let a: Tensor
  /// [out, r], in Hugging Face's row order.
  package let b: Tensor
  package let scale: Float
  /// [out], `lora_bias`; nil without one.
  package let bias: [Float]?

  package var rank: Int { a.rows }

  /// Whether it adds nothing.
  fileprivate var isNil: Bool { scale == 0 || !b.hasNonZero() && bias?.contains { $0 != 0 } != true }
}

/// An adapter, of PEFT or in GGUF, checked against the base that it is to change: every tensor consumed, every shape right, all weights finite.
package struct Adapter: Sendable {
  /// The folder or file, as the user gave it.
  package let path: String
  /// `r` of adapter_config.json; a module's own may differ where `rank_pattern` says so. 0 for a method without ranks, and of a GGUF file.
  package let rank: Int
  /// `lora_alpha` of adapter_config.json.
  package let alpha: Double
  /// The low-rank additions to the blocks' linear modules, in the order of the model.
  package let modules: [AdapterModule]
  /// What `modules` are added to: the base, or the base with the weights that the adapter replaces or changes.
  package let checkpoint: Checkpoint
  /// The base as its files have it.
  package let base: Checkpoint
  /// Whether the adapter changes nothing: it replaces no weights, and every B and `lora_bias` is zero, or their scale is.
  package let isNil: Bool
  /// adapter_model.safetensors, or the GGUF file.
  package let weightFile: MappedFile
  /// What whoever opened it should know.
  package let notes: [String]
  /// The model that it says it was trained on, where that goes by another name than its base here; nil where it says nothing else.
  package private(set) var otherBase: String?
  private let tensors: AdapterTensors
  private let rules: AdapterRules

  /// `notes` with the path before each.
  package var noteLines: [String] { notes.map { "\(path): \($0)" } }

  /// The paths of all modules that it is on, sorted.
  package var paths: [String] { tensors.paths }

  /// Whether it changes more than what low-rank additions to the blocks' linear modules can say.
  package var changesWeights: Bool { checkpoint.adaptedBy != nil }

  /// Whether `modules` are all that it is, as plain LoRA of PEFT.
  package var isPlain: Bool {
    if case .peft = rules.source { !changesWeights && modules.allSatisfy { $0.bias == nil } } else { false }
  }

  /// What of it says what is computed, beside the weight file's bytes, the scales, and the configuration of its checkpoint.
  package var canonicalParts: [String] {
    guard changesWeights, case .peft(let configuration) = rules.source else { return [] }
    return [configuration.method.rawValue, "tied=\(rules.ensuresTying)"]
      + configuration.savedModules.map { "saved=\($0)" }
      + configuration.tokens.map { "tokens=\($0.module):\($0.indices)" }
      + (rules.layers.map { ["layers=\($0)"] } ?? [])
      + tensors.paths.filter { rules.isFeedForward($0, checkpoint.configuration.decoder) }.map { "input=\($0)" }
      + vocabularyScales
  }

  /// The factors on what is added to the embedding and the head, which no entry of `modules` has.
  private var vocabularyScales: [String] {
    let names = checkpoint.configuration.decoder.names
    return [names.embedding, names.head].compactMap { module in
      guard let b = tensors[module, .embeddingB] ?? tensors[module, .loraB],
        let scale = try? rules.rankAndScale(module, b).scale
      else { return nil }
      return "scale=\(module):\(scale.bitPattern)"
    }
  }

  /// Opens the folder or GGUF file `path` and checks it against `base`.
  ///
  /// - Throws: `InputError` where anything is missing, does not fit the base, or would have to be ignored.
  package static func open(_ path: String, on base: Checkpoint) throws -> Adapter {
    if let file = FileKind.of(path), file == .regular { return try openGGUF(path, on: base) }
    let folder = URL(fileURLWithPath: path, isDirectory: true)
    guard HuggingFaceWeights.exists(folder.appendingPathComponent("adapter_config.json")) else {
      throw InputError(path, "has no adapter_config.json", remedy: "give the folder that PEFT saved the adapter to")
    }
    let configuration = try AdapterConfiguration(folder.appendingPathComponent("adapter_config.json"))
    let weights = folder.appendingPathComponent("adapter_model.safetensors")
    guard HuggingFaceWeights.exists(weights) else {
      let hasPickle = HuggingFaceWeights.exists(folder.appendingPathComponent("adapter_model.bin"))
      throw InputError(
        path, "has no adapter_model.safetensors",
        remedy: hasPickle
          ? "save the adapter with safe_serialization=True: adapter_model.bin can run code and is not read"
          : FolderLeftover(at: folder)?.remedy ?? "give the folder that PEFT saved the adapter to")
    }
    let file = try SafetensorsFile(weights)
    let rules = AdapterRules(
      source: .peft(configuration), layers: try configuration.layers(of: base.configuration.decoder))
    let spec = base.configuration.decoder.replicated(rules.layers)
    var tensors = try AdapterTensors(file, spec)
    try tensors.divide(by: configuration, spec)
    let targets = AdapterTargets(configuration: configuration, tensors: tensors, base: spec)
    try targets.check()
    var notes = tensors.notes + targets.notes()
    let otherBase = configuration.baseName.flatMap { namesSameModel($0, base.path) ? nil : $0 }
    if let name = otherBase {
      notes.append("the adapter says it was trained on \(name); judged on \(base.path)")
    }
    var adapter = try Adapter(path: path, tensors, rules, on: base, weightFile: file.file, notes: notes)
    adapter.otherBase = otherBase
    return adapter
  }

  init(
    path: String, _ tensors: AdapterTensors, _ rules: AdapterRules, on base: Checkpoint, weightFile: MappedFile,
    notes: [String]
  ) throws {
    let spec = base.configuration.decoder.replicated(rules.layers)
    let assembly = try AdapterAssembly(tensors, rules, on: base, spec: spec)
    let tokenizer = try assembly.changesVocabulary ? OwnTokenizer(besides: path) : nil
    checkpoint = assembly.checkpoint(adaptedBy: path, tokenizer: tokenizer)
    isNil = checkpoint.adaptedBy == nil && assembly.modules.allSatisfy(\.isNil)
    self.notes =
      notes + (isNil ? ["the adapter changes nothing: every lora_B, or its scale, is zero"] : [])
      + assembly.vocabularyNotes(tokenizer)
    if case .peft(let configuration) = rules.source {
      (rank, alpha) = (configuration.rank, configuration.alpha)
    } else {
      (rank, alpha) = (0, 0)
    }
    modules = assembly.modules
    self.path = path
    self.base = base
    self.weightFile = weightFile
    self.tensors = tensors
    self.rules = rules
  }

  /// The same with some of its modules only, by their paths.
  package func keeping(_ isKept: (String) -> Bool) throws -> Adapter {
    var kept = try Adapter(path: path, tensors.keeping(isKept), rules, on: base, weightFile: weightFile, notes: [])
    kept.otherBase = otherBase
    return kept
  }
}

/// The tokenizer that an adapter of another vocabulary has beside it.
struct OwnTokenizer {
  let files: TokenizerFiles
  let opened: [MappedFile]

  /// Nil where an adapter's folder has none.
  init?(besides path: String) throws {
    let folder = URL(fileURLWithPath: path, isDirectory: true)
    guard TokenizerFiles.areIn(folder) else { return nil }
    files = try TokenizerFiles(folder: folder)
    opened = try files.urls.map { try MappedFile($0) }
  }
}

extension AdapterAssembly {
  /// Whether embedding or head are not the base's.
  var changesVocabulary: Bool {
    [spec.names.embedding, spec.names.head].contains { own["\($0).weight"] != nil }
  }

  /// What whoever opened it should know of the tokens.
  func vocabularyNotes(_ tokenizer: OwnTokenizer?) -> [String] {
    let (rows, ofBase) = (spec.vocabularySize, base.configuration.vocabularySize)
    let resized = rows == ofBase ? [] : ["the adapter's vocabulary has \(rows) rows, the base's \(ofBase)"]
    if tokenizer != nil { return resized + ["it changes the vocabulary: the tokenizer beside it is used"] }
    return resized.map { "\($0), and no tokenizer is beside it: the base's is used" }
  }
}

extension Tensor {
  /// Whether any weight differs from zero.
  fileprivate func hasNonZero() -> Bool { decodeAll().contains { $0 != 0 } }
}
