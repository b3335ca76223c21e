import Checkpoints
import Foundation
import Testing

@Suite("A mixture of experts that is not what its configuration says is refused in one line")
struct MixtureRefusalTests {
  @Test(
    "configuration",
    arguments: [
      ("num_experts_per_tok", "7", "num_experts_per_tok: is 7, expected 1 to 6"),
      ("num_local_experts", "0", "num_local_experts: is 0, expected 1 to 4096"),
      ("num_local_experts", "5", "mlp.gate.weight: has shape [6, 32], the configuration says [5, 32]"),
      ("num_local_experts", "7", "mlp.gate.weight: has shape [6, 32], the configuration says [7, 32]"),
      ("num_experts", "5", "num_experts: is 5, num_local_experts another number"),
      ("moe_intermediate_size", "0", "moe_intermediate_size: is 0, expected 1 to"),
      ("decoder_sparse_step", "0", "decoder_sparse_step: is 0, expected 1 or more"),
      ("mlp_only_layers", "[2]", "mlp_only_layers: names layer 2 of 2"),
      ("mlp_only_layers", "[1]", "model.layers.1.mlp.gate_proj.weight: the model has no such tensor"),
      ("use_sliding_window", "true", "use_sliding_window: true is not supported"),
    ])
  func configuration(key: String, value: String, message: String) throws {
    try refuse("qwen3_moe", message) {
      $0[key] = try JSONSerialization.jsonObject(with: Data(value.utf8), options: .fragmentsAllowed)
    }
  }

  @Test("a tensor of all experts that is not of their shape")
  func stack() throws {
    try refuse("qwen3_moe-fused", "mlp.experts.gate_up_proj: has shape [6, 48, 32], the configuration says [6, 40, 32]")
    {
      $0["moe_intermediate_size"] = 20
    }
    try refuse("granitemoe", "block_sparse_moe.input_linear.weight: has shape [6, 48, 32]") {
      $0["intermediate_size"] = 40
    }
  }

  @Test("values that OLMoE would clip")
  func clipping() throws {
    try refuse("olmoe", "clip_qkv: true is not supported") { $0["clip_qkv"] = 8 }
  }

  private func refuse(_ name: String, _ message: String, _ change: (inout [String: Any]) throws -> Void) throws {
    let folder = try TemporaryFolder()
    let copy = URL(fileURLWithPath: folder.path("model"))
    try FileManager.default.copyItem(at: golden("families/\(name)"), to: copy)
    let file = copy.appendingPathComponent("config.json")
    var config = try #require(JSONSerialization.jsonObject(with: try Data(contentsOf: file)) as? [String: Any])
    try change(&config)
    try JSONSerialization.data(withJSONObject: config).write(to: file)
    expectInputError(message) { _ = try Checkpoint.open(copy.path) }
  }
}

@Suite("An adapter on the tensors of all experts that does not fit them is refused in one line")
struct ExpertParameterTests {
  @Test("a parameter that is not targeted, one without tensors, and another rank")
  func refusals() throws {
    try refuse("target_parameters: 'mlp.experts.up_proj' has no tensors in the adapter") {
      $0["target_parameters"] = ["mlp.experts.gate_up_proj", "mlp.experts.down_proj", "mlp.experts.up_proj"]
    }
    try refuse("has tensors for model.layers.0.mlp.experts.gate_up_proj, which adapter_config.json does not target") {
      $0["target_parameters"] = ["mlp.experts.down_proj"]
    }
    try refuse("lora_A.weight: has shape [2, 32], the base and the rank need [4, 32]") { $0["r"] = 4 }
  }

  @Test(
    "a layer whose targeted tensors are not there, of experts or of a router, and what does not belong to all experts")
  func absent() throws {
    let first = "base_model.model.model.layers.0.mlp"
    let targets = ["mlp.experts.gate_up_proj", "mlp.experts.down_proj", "mlp.gate.weight"]
    try refuse("model.layers.1.mlp.gate.weight: is targeted by adapter_config.json, but has no tensors") {
      $0["target_parameters"] = targets
    } weights: {
      $0.append(("\(first).gate.lora_A.weight", [2, 32], [Float](repeating: 0.5, count: 64)))
      $0.append(("\(first).gate.lora_B.weight", [6, 2], [Float](repeating: 0.5, count: 12)))
    }
    try refuse("model.layers.1.mlp.experts.down_proj: is targeted by adapter_config.json, but has no tensors") { _ in
    } weights: {
      $0.removeAll { $0.name.contains("layers.1.mlp.experts.lora_") }
    }
    try refuse("is a tensor that nothing consumes on all experts") {
      $0["use_dora"] = true
    } weights: {
      $0.append(("\(first).experts.lora_magnitude_vector", [32], [Float](repeating: 1, count: 32)))
    }
  }

  private func refuse(
    _ message: String, _ change: (inout [String: Any]) throws -> Void,
    weights: (inout [(name: String, shape: [Int], values: [Float])]) -> Void = { _ in }
  ) throws {
    let folder = try TemporaryFolder()
    let copy = URL(fileURLWithPath: folder.path("adapter"))
    try FileManager.default.copyItem(at: golden("families/qwen3_moe/adapter-parameters"), to: copy)
    let file = copy.appendingPathComponent("adapter_config.json")
    var config = try #require(JSONSerialization.jsonObject(with: try Data(contentsOf: file)) as? [String: Any])
    try change(&config)
    try JSONSerialization.data(withJSONObject: config).write(to: file)
    let place = copy.appendingPathComponent("adapter_model.safetensors")
    var tensors = try SafetensorsFile(place).tensors.sorted { $0.key < $1.key }.map {
      (name: $0.key, shape: $0.value.shape, values: $0.value.decodeAll())
    }
    weights(&tensors)
    try FileManager.default.removeItem(at: place)
    try SafetensorsOutput(type: .f32).write(tensors, to: place)
    let base = try Checkpoint.open(golden("families/qwen3_moe").path)
    expectInputError(message) { _ = try Adapter.open(copy.path, on: base) }
  }
}
