import Diagnostics

/// What a trainer or a tool left in a model's tensors that makes them no plain model, told by a tensor's name, and the step that mends it.
///
/// Names: peft's `tuners/*/layer.py`, torch's FSDP and `torch.compile` wrappers, TRL's value head, bitsandbytes, GPTQ, AWQ, fp8 and
/// compressed-tensors as `save_pretrained` writes them.
struct TensorLeftover {
  /// "belongs to …", after a tensor's name.
  let problem: ShownText
  let remedy: ShownText
  /// Whether it is only a name around a weight.
  let isWrapper: Bool
  /// Whether it says something of quantised weights.
  var isOfQuantisation = false

  /// Nil for a tensor that is nothing but itself.
  static func of(_ tensor: Tensor) -> TensorLeftover? {
    guard tensor.count == 0 else { return TensorLeftover(tensor.name) }
    return TensorLeftover(
      problem: "has no elements, as DeepSpeed's ZeRO-3 leaves a weight that it did not gather",
      remedy: "save with stage3_gather_16bit_weights_on_model_save: true, or run the checkpoint's zero_to_fp32.py",
      isWrapper: false)
  }

  private init(problem: ShownText, remedy: ShownText, isWrapper: Bool) {
    (self.problem, self.remedy, self.isWrapper) = (problem, remedy, isWrapper)
  }

  /// Nil for a name that gives nothing away.
  init?(_ name: String) {
    let parts = name.split(separator: ".")
    let wrapper = parts.lazy.compactMap(TensorWrapper.init).first
    func has(_ names: Set<Substring>) -> Bool { parts.contains(where: names.contains) }
    if has(["base_layer"]) || parts.contains(where: { $0.hasPrefix("lora_") }) {
      problem = "belongs to a LoRA that was not merged into the weights"
      remedy = "merge it with model = model.merge_and_unload() and save again, or give the adapter's own folder"
    } else if has(["modules_to_save", "original_module"]) || parts.contains(where: Self.isOfAdapter) {
      problem = "belongs to a PEFT adapter that was not merged into the weights"
      remedy = "merge it with model = model.merge_and_unload() and save again"
    } else if parts.contains(where: { $0.hasPrefix("_flat_param") || $0.hasPrefix("flat_param") }) {
      problem = "is a flattened parameter of FSDP, not a weight"
      remedy = "save with fsdp_state_dict_type: FULL_STATE_DICT, or run 'accelerate merge-weights FOLDER OUT'"
    } else if has(["v_head"]) {
      problem = "belongs to the value head of a model for reinforcement learning"
      remedy = "save the language model alone: model.pretrained_model.save_pretrained(FOLDER)"
    } else if parts.count == 2, has(["score", "classifier", "qa_outputs"]) {
      problem = "is the head of a classifier, which a language model has not"
      remedy = "give a model that was saved as AutoModelForCausalLM"
    } else if let scheme = Self.quantisation(parts.last) {
      problem = "belongs to weights that are quantised (\(scheme)), of which config.json says nothing"
      remedy = "use the config.json with quantization_config of the same save, or dequantise them: model.dequantize()"
      isOfQuantisation = true
    } else if let wrapper {
      isWrapper = true
      problem = "is saved under the name of a wrapper, \(wrapper.rawValue) (\(wrapper.maker))"
      remedy = wrapper.remedy
      return
    } else {
      return nil
    }
    isWrapper = false
  }

  private static func isOfAdapter(_ part: Substring) -> Bool {
    ["ia3_", "vera_", "oft_", "hada_", "lokr_", "boft_", "hra_", "vblora_"].contains { part.hasPrefix($0) }
      || part == "token_adapter" || part == "prompt_encoder"
  }

  private static func quantisation(_ last: Substring?) -> String? {
    switch last {
    case "qweight", "qzeros", "g_idx", "scales": "GPTQ or AWQ"
    case "absmax", "quant_map", "nested_absmax", "nested_quant_map", "SCB", "weight_format",
      "bitsandbytes__nf4", "bitsandbytes__fp4":
      "bitsandbytes"
    case "weight_scale", "weight_scale_inv", "input_scale", "activation_scale", "k_scale", "v_scale": "fp8 or int8"
    case "weight_packed", "weight_shape", "weight_zero_point", "weight_g_idx", "weight_global_scale":
      "compressed-tensors"
    case "biases": "MLX"
    default: nil
    }
  }
}

/// Modules that put themselves around a model while it is trained, by the name that they add to a path.
enum TensorWrapper: String {
  case compiled = "_orig_mod"
  case parallel = "module"
  case fullySharded = "_fsdp_wrapped_module"
  case checkpointed = "_checkpoint_wrapped_module"
  case forwarded = "_forward_module"

  init?(_ part: Substring) { self.init(rawValue: String(part)) }

  /// How to save without whatever stands before the names of tensors, such as "_orig_mod.".
  static func remedy(for prefix: String) -> ShownText {
    prefix.split(separator: ".").lazy.compactMap(TensorWrapper.init).first?.remedy
      ?? "save the language model alone, with its own save_pretrained(FOLDER)"
  }

  var maker: String {
    switch self {
    case .compiled: "torch.compile"
    case .parallel: "DataParallel, DistributedDataParallel or DeepSpeed"
    case .fullySharded: "FSDP"
    case .checkpointed: "activation checkpointing"
    case .forwarded: "Lightning"
    }
  }

  var remedy: ShownText {
    switch self {
    case .compiled: "save the model inside: model._orig_mod.save_pretrained(FOLDER)"
    case .parallel: "save the model inside: model.module.save_pretrained(FOLDER)"
    case .fullySharded: "save with fsdp_state_dict_type: FULL_STATE_DICT, through accelerator.get_state_dict(model)"
    case .checkpointed, .forwarded: "save the model inside: accelerator.unwrap_model(model).save_pretrained(FOLDER)"
    }
  }
}
