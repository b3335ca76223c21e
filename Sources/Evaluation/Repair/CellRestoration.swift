import Checkpoints
import Diagnostics
import Foundation
import Transformer

/// A whole checkpoint some of whose cells are the base's, bit for bit: parts of the fine-tuning are put back in a fixed order, and a share of
/// n/N is the candidate with all but the last n of them put back.
package struct CellRestoration: WeakenedCandidate {
  package let base: Checkpoint
  package let tuned: Checkpoint
  /// What is put back, the first first; together all that was tuned.
  package let order: [FineTuningPart]
  private let writer: ModelWriter

  package var symbol: String { "c" }
  package var parts: Int { order.count }
  package var method: String { "by cell: c of the fine-tuning's parts as tuned, all others the base's" }

  /// - Throws: `InputError` for a model that cannot be written.
  package init(base: Checkpoint, tuned: Checkpoint, order: [FineTuningPart]) throws {
    self.base = base
    self.tuned = tuned
    self.order = order
    // What both have in bf16 stays as it is; everything else is exact in f32.
    let areBrief = tuned.storage == "bf16" && base.storage == "bf16"
    writer = try ModelWriter(
      configuration: tuned.configuration, tokenizer: tuned.tokenizer, type: areBrief ? .bf16 : .f32)
  }

  package func write(_ share: GridShare, into folder: URL) throws {
    let back = order.prefix(max(0, parts - share.numerator)).reduce(into: Set<String>()) { $0.formUnion($1.members) }
    let restored = try tuned.restoring(back, from: base).tensors
    try writer.writeFiles(
      restored.names.compactMap { name in
        restored.tensor(name).map { tensor in
          StreamedWeight(name: name, shape: tensor.shape) { tensor.decodeAll() }
        }
      }, into: folder)
  }
}

/// A PEFT adapter some of whose modules add nothing: their B is 0, everything else is as it was.
package struct AdapterCells: WeakenedCandidate {
  private let scaling: AdapterScaling
  /// What is taken out, the first first; together all of the adapter's modules.
  package let order: [FineTuningPart]

  package var symbol: String { "c" }
  package var parts: Int { order.count }
  package var method: String { "by cell: c of the adapter's parts as they are, B of all others 0" }

  /// - Throws: `InputError` for an adapter with a tensor that is not of one module by its name.
  package init(_ scaling: AdapterScaling, order: [FineTuningPart]) throws {
    self.scaling = scaling
    self.order = order
    try Self.check(scaling.adapter)
  }

  /// - Throws: `InputError` for an adapter with a tensor that is not of one module by its name, as of experts that are one tensor.
  static func check(_ adapter: Adapter) throws {
    let known = Set(adapter.paths)
    for name in try SafetensorsFile(adapter.weightFile.url).tensors.keys.sorted()
    where name.contains(".lora_B.") && !known.contains(module(of: name)) {
      throw InputError(
        adapter.path, field: name, "is of no single module, so that its cells cannot be told apart",
        remedy: "merge it with 'holdfast merge-adapter' and repair the merged folder, or leave out --by-cell")
    }
  }

  package func write(_ share: GridShare, into folder: URL) throws {
    let out = order.prefix(max(0, parts - share.numerator)).reduce(into: Set<String>()) { $0.formUnion($1.members) }
    try scaling.write(into: folder) { out.contains(Self.module(of: $0)) ? 0 : 1 }
  }

  /// "model.layers.0.self_attn.q_proj" of "base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight".
  private static func module(of name: String) -> String {
    let start = name.hasPrefix("base_model.model.") ? name.dropFirst("base_model.model.".count) : name[...]
    return start.range(of: ".lora_B.").map { String(start[..<$0.lowerBound]) } ?? String(start)
  }
}
