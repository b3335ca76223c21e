import Reading

extension ModelFamily {
  /// Granite 3 with experts (1B-A400M, 3B-A800M): granite's multipliers; its files keep all experts of a layer in one tensor.
  static let graniteMoE = ModelFamily(
    "granitemoe", "GraniteMoeForCausalLM",
    gguf: GGUFLayout("granitemoe").with {
      $0.setGranite()
      $0.setExperts(count: "num_local_experts", router: "block_sparse_moe.router.layer")
    }
  ) { json in try graniteMoESpec(json) }

  /// The same with an MLP that all rows go through besides.
  static let graniteMoEShared = ModelFamily("granitemoeshared", "GraniteMoeSharedForCausalLM", gguf: nil) { json in
    var spec = try graniteMoESpec(json)
    let width = try json.integer("shared_intermediate_size") ?? 0
    guard (0...1 << 22).contains(width) else {
      throw json.error(
        "shared_intermediate_size", "is \(width), expected 0 to \(1 << 22)", remedy: "correct the value")
    }
    if width > 0 {
      spec.mixture?.shared = [
        LinearModule("shared_mlp.input_linear", [.gate, .up], width: width),
        LinearModule("shared_mlp.output_linear", [.down], width: width),
      ]
    }
    return spec
  }

  private static func graniteMoESpec(_ json: JSONFile) throws -> DecoderSpec {
    var spec = try DecoderSpec(json)
    let bias = try json.bool("attention_bias") ?? false
    spec.names.modules = WeightNames.separate(queryKeyValueBias: bias, outputBias: bias)
    try spec.setGraniteMultipliers(json)
    let block = "block_sparse_moe"
    spec.mixture = try Mixture(
      json, spec, experts: 8, chosen: 2, width: ("intermediate_size", spec.intermediateSize), normalises: true,
      names: Mixture.Names(router: "\(block).router.layer", experts: "\(block).experts"),
      stacks: [
        Mixture.Stack("\(block).input_linear.weight", [.gate, .up], isWritten: true),
        Mixture.Stack("\(block).output_linear.weight", [.down], isWritten: true),
        // As transformers 5 holds them in memory.
        Mixture.Stack("\(block).experts.gate_up_proj", [.gate, .up]),
        Mixture.Stack("\(block).experts.down_proj", [.down]),
      ])
    spec.mixture?.aliases = ["\(block).router.weight": "\(block).router.layer.weight"]
    return spec
  }
}
