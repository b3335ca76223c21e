import Diagnostics

extension GGUFFile {
  private static let modelNames = [
    "token_embd.weight": "model.embed_tokens.weight", "output_norm.weight": "model.norm.weight",
    "output.weight": "lm_head.weight",
  ]

  private static let blockNames = [
    "attn_norm.weight": "input_layernorm.weight", "attn_q.weight": "self_attn.q_proj.weight",
    "attn_k.weight": "self_attn.k_proj.weight", "attn_v.weight": "self_attn.v_proj.weight",
    "attn_output.weight": "self_attn.o_proj.weight", "ffn_norm.weight": "post_attention_layernorm.weight",
    "ffn_gate.weight": "mlp.gate_proj.weight", "ffn_up.weight": "mlp.up_proj.weight",
    "ffn_down.weight": "mlp.down_proj.weight",
  ]

  /// Hugging Face's name of a GGUF llama tensor; nil for one that the map does not know.
  static func canonicalName(_ name: String) -> String? {
    if let known = modelNames[name] { return known }
    let parts = name.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
    // "007" is an Int too, but no name that this format has.
    guard parts.count == 3, parts[0] == "blk", let block = Int(parts[1]), String(block) == parts[1],
      let rest = blockNames[String(parts[2])]
    else { return nil }
    return "model.layers.\(block).\(rest)"
  }

  /// The tensors under Hugging Face's names and in its row order. Throws `InputError` for a tensor that the map does not know.
  func canonicalTensors(_ configuration: ModelConfiguration) throws -> NamedTensors {
    var canonical: [String: Tensor] = [:]
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) where name != "rope_freqs.weight" {
      guard let target = Self.canonicalName(name) else {
        throw InputError(
          file.path, field: name, "is a tensor that a llama model does not have, and would be ignored",
          remedy: "convert the model again, or use a plain llama model")
      }
      let isRotated = target.hasSuffix(".q_proj.weight") || target.hasSuffix(".k_proj.weight")
      canonical[target] = tensor.renamed(
        target, rowOrder: isRotated ? .interleavedPairs(headDimension: configuration.headDimension) : .plain)
    }
    return NamedTensors(path: file.path, tensors: canonical)
  }
}
