import Reading

extension ModelFamily {
  /// Granite 3 and the dense 4: llama with four multipliers; the attention's stands in the place of 1/√d.
  static let granite = ModelFamily(
    "granite", "GraniteForCausalLM",
    gguf: GGUFLayout("granite").with { $0.setGranite() }
  ) { json in
    var spec = try DecoderSpec(json)
    let (attention, mlp) = (try json.bool("attention_bias") ?? false, try json.bool("mlp_bias") ?? false)
    spec.names.modules = WeightNames.separate(queryKeyValueBias: attention, outputBias: attention, mlpBias: mlp)
    try spec.setGraniteMultipliers(json)
    return spec
  }
}

extension GGUFLayout {
  mutating func setGranite() {
    permutesRotaryRows = true
    ignored = ["rope.scaling.finetuned"]
    fields = [
      "attention.scale": "attention_multiplier", "embedding_scale": "embedding_multiplier",
      "residual_scale": "residual_multiplier", "logit_scale": "logits_scaling",
    ]
  }
}

extension DecoderSpec {
  mutating func setGraniteMultipliers(_ json: JSONFile) throws {
    attentionScale = try json.positive("attention_multiplier") ?? 1
    embeddingScale = try json.positive("embedding_multiplier") ?? 1
    residualScale = try json.positive("residual_multiplier") ?? 1
    logitScale = 1 / (try json.positive("logits_scaling") ?? 1)
  }
}
