import Diagnostics
import Reading

extension ModelFamily {
  /// SmolLM 3: llama whose every fourth layer is not told positions.
  static let smollm3 = ModelFamily(
    "smollm3", "SmolLM3ForCausalLM", gguf: GGUFLayout("smollm3").with { $0.permutesRotaryRows = true }
  ) { json in
    var spec = try DecoderSpec(
      json,
      CommonFields(
        defaults: ["num_key_value_heads": 4, "max_position_embeddings": 32_768], theta: 2_000_000, tiesEmbeddings: true)
    )
    let (attention, mlp) = (try json.bool("attention_bias") ?? false, try json.bool("mlp_bias") ?? false)
    spec.names.modules = WeightNames.separate(queryKeyValueBias: attention, outputBias: attention, mlpBias: mlp)
    let rotates = try json.rotatingLayers(spec.layerCount)
    let slides = try json.bool("use_sliding_window") ?? false
    let window = slides ? try json.integer("sliding_window") : nil
    try spec.setWindows(json, window: window) { window != nil && !rotates[$0] }
    for layer in 0..<spec.layerCount where !rotates[layer] { spec.attention[layer].rotary = nil }
    return spec
  }
}

extension JSONFile {
  /// `no_rope_layers`, in which 1 stands for a layer that does rotate, or all but every `no_rope_layer_interval`-th.
  fileprivate func rotatingLayers(_ count: Int) throws -> [Bool] {
    guard let flags = try integers("no_rope_layers") else {
      let interval = try integer("no_rope_layer_interval") ?? 4
      guard interval > 0 else {
        throw error("no_rope_layer_interval", "is \(interval), expected 1 or more", remedy: "correct the value")
      }
      return (0..<count).map { ($0 + 1) % interval != 0 }
    }
    guard flags.count == count else {
      throw error("no_rope_layers", "has \(flags.count) entries for \(count) layers", remedy: "correct the value")
    }
    return flags.map { $0 != 0 }
  }
}
