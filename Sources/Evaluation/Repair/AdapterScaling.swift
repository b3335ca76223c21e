import Checkpoints
import Diagnostics
import Foundation
import Reading

/// A PEFT adapter at a part of its size: every B times s, everything else as it was. W + scale · (s B) A is the model at s.
package struct AdapterScaling: WeakenedCandidate {
  package let adapter: Adapter

  package var symbol: String { "s" }
  package var method: String { "adapter scale: base + s · adapter" }

  package init(_ adapter: Adapter) { self.adapter = adapter }

  package func write(_ share: GridShare, into folder: URL) throws {
    var writer = SafetensorsWriter()
    for module in adapter.modules {
      let name = "base_model.model.\(module.path)"
      let factor = Float(share.value)
      writer.add("\(name).lora_A.weight", shape: module.a.shape, values: module.a.decodeAll())
      writer.add("\(name).lora_B.weight", shape: module.b.shape, values: module.b.decodeAll().map { $0 * factor })
    }
    try writer.write(to: folder.appendingPathComponent("adapter_model.safetensors"))
    // The configuration comes last, as it was: a folder without it is no adapter.
    try copy("adapter_config.json", into: folder)
  }

  private func copy(_ name: String, into folder: URL) throws {
    let source = URL(fileURLWithPath: adapter.path, isDirectory: true).appendingPathComponent(name)
    try StagedFolder.write(try readFile(source.path, limit: 64 << 20), as: name, in: folder)
  }
}
