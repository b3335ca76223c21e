import Reading

extension ModelFamily {
  /// AFM 4.5B: llama with a plain MLP and a squared ReLU.
  static let arcee = ModelFamily(
    "arcee", "ArceeForCausalLM",
    gguf: GGUFLayout("arcee").with {
      $0.permutesRotaryRows = true
      $0.implied = { _, _ in [("hidden_act", "relu2")] }
    }
  ) { json in
    var spec = try DecoderSpec(
      json,
      CommonFields(
        defaults: ["max_position_embeddings": 4096], epsilon: ("rms_norm_eps", 1e-5),
        activation: ("hidden_act", .squaredReLU)))
    let (attention, mlp) = (try json.bool("attention_bias") ?? false, try json.bool("mlp_bias") ?? false)
    spec.names.modules = WeightNames.separate(queryKeyValueBias: attention, outputBias: attention, mlpBias: mlp)
      .filter { $0.projections != [.gate] }
    return spec
  }
}
