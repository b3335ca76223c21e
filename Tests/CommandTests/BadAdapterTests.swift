import Foundation
import Testing

@Suite("An adapter that is no good is refused on one line")
struct BadAdapterTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("an adapter for another model")
  func otherModel() throws {
    try refused(
      golden("adapters/other-model"), naming: "adapters/other-model/adapter_model.safetensors",
      "model.layers.2.self_attn.q_proj", "use the adapter with the base model")
  }

  @Test("an adapter with a tensor that is not known")
  func unknownTensor() throws {
    try refused(
      golden("adapters/unknown-tensor"), naming: "adapters/unknown-tensor/adapter_model.safetensors", "lora_gate")
  }

  @Test("an adapter of a kind that is not supported", arguments: ["LOHA", "PREFIX_TUNING"])
  func unsupported(kind: String) throws {
    try folder.copy(golden("adapters/plain"), as: "other")
    try folder.replace("\"LORA\"", with: "\"\(kind)\"", in: "other/adapter_config.json")
    try refused("other", naming: "other/adapter_config.json", "peft_type: '\(kind)' is not supported")
  }

  @Test("adapters that lie beside each other")
  func several() throws {
    try folder.makeFolder("out")
    for name in ["first", "second"] { try folder.copy(golden("adapters/plain"), as: "out/\(name)") }
    let project = try TemporaryFolder.projectThatOnceKnew()
    try expectRefusal(
      "gate", "--candidate", folder.file("out").path, in: project, besides: "ledger.sqlite",
      naming: ["is a folder of adapters: 'first', 'second'"])
  }

  @Test("a folder without an adapter in it")
  func noAdapter() throws {
    try folder.makeFolder("empty")
    try refused("empty", naming: "empty", "adapter_config.json")
  }

  @Test("an adapter cut short")
  func truncated() throws {
    try folder.copy(golden("adapters/plain"), as: "short")
    let whole = try Data(contentsOf: folder.file("short/adapter_model.safetensors"))
    try folder.write("short/adapter_model.safetensors", whole.dropLast(9))
    try refused("short", naming: "short/adapter_model.safetensors")
  }

  @Test("the gate refuses it as a candidate in the same words")
  func candidate() throws {
    let project = try TemporaryFolder.projectThatOnceKnew()
    try expectRefusal(
      "gate", "--candidate", golden("adapters/other-model"), in: project, besides: "ledger.sqlite",
      naming: ["adapters/other-model/adapter_model.safetensors", "model.layers.2.self_attn.q_proj"])
  }

  private func refused(_ adapter: String, naming words: String..., sourceLocation: SourceLocation = #_sourceLocation)
    throws
  {
    try expectRefusal(
      "score", "--model", golden("checkpoints/llama-tied"), "--adapter", adapter, "--requests", "-", "--out",
      "scores.jsonl", in: folder, input: oneRequest, naming: words, sourceLocation: sourceLocation)
  }
}
