import Checkpoints
import Diagnostics
import Foundation
import Reading

/// A PEFT adapter at a part of its size: every B times s, everything else as it was. W + scale · (s B) A is the model at s.
package struct AdapterScaling: WeakenedCandidate {
  package let adapter: Adapter

  package var symbol: String { "s" }
  package var method: String { "adapter scale: base + s · adapter" }

  /// - Throws: `InputError` for an adapter that is more than low-rank additions: what it replaces has no size to be scaled.
  package init(_ adapter: Adapter) throws {
    guard adapter.isPlain else {
      throw InputError(
        adapter.path, "is not a plain LoRA of PEFT, which alone repair scales",
        remedy: "merge it with 'holdfast merge-adapter' and repair the merged folder")
    }
    self.adapter = adapter
  }

  package func write(_ share: GridShare, into folder: URL) throws {
    let factor = Float(share.value)
    try write(into: folder) { _ in factor }
  }

  /// - Parameter factor: of the B of a module, by the name of the file's tensor.
  func write(into folder: URL, factor: (String) -> Float) throws {
    // As the file has them: what a module's rows or an expert's share of a tensor are is then as its reader takes it.
    let tensors = try SafetensorsFile(adapter.weightFile.url).tensors.sorted { $0.key < $1.key }.map {
      (name, tensor) -> (String, [Int], [Float]) in
      let values = tensor.decodeAll()
      return (name, tensor.shape, name.contains(".lora_B.") ? values.map { [own = factor(name)] in $0 * own } : values)
    }
    try SafetensorsOutput(type: .f32).write(tensors, to: folder.appendingPathComponent("adapter_model.safetensors"))
    // The configuration comes last, as it was: a folder without it is no adapter.
    try copy("adapter_config.json", into: folder)
  }

  private func copy(_ name: String, into folder: URL) throws {
    let source = URL(fileURLWithPath: adapter.path, isDirectory: true).appendingPathComponent(name)
    try StagedFolder.write(try readFile(source.path, limit: 64 << 20), as: name, in: folder)
  }
}
