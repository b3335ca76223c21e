import Diagnostics
import Reading

/// A family of models: how its configuration describes the one decoder, and what it calls its weights in both formats.
///
/// A family is data. What the decoder cannot do yet becomes a field of `DecoderSpec`, never a second decoder.
package struct ModelFamily: Sendable {
  /// `model_type` of config.json.
  package let type: String
  /// The class that transformers loads it as.
  package let className: String
  /// Nil where llama.cpp has no architecture for it.
  let gguf: GGUFLayout?
  /// What peft adapts where no target modules are named (`TRANSFORMERS_MODELS_TO_LORA_TARGET_MODULES_MAPPING`).
  package let defaultTargets: [String]
  /// How the names end of what old files have beside the weights: buffers that the configuration says again.
  var buffers = [".rotary_emb.inv_freq"]
  /// Reads config.json. Throws `InputError` for what is missing, wrong, or not computed here.
  let decoder: @Sendable (JSONFile) throws -> DecoderSpec

  init(
    _ type: String, _ className: String, gguf: GGUFLayout?, defaultTargets: [String] = ["q_proj", "v_proj"],
    buffers: [String]? = nil, decoder: @escaping @Sendable (JSONFile) throws -> DecoderSpec
  ) {
    self.type = type
    self.className = className
    self.gguf = gguf
    self.defaultTargets = defaultTargets
    if let buffers { self.buffers = buffers }
    self.decoder = decoder
  }
}

/// What a family's GGUF files have that is not the same for all.
package struct GGUFLayout: Sendable {
  /// `general.architecture`
  let architecture: String
  /// Below "blk.N.", what the file calls a tensor and what Hugging Face calls it, both without ".weight".
  var block: [String: String] = Self.llamaBlock
  /// Outside the blocks.
  var model: [String: String] = [
    "token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head",
  ]
  /// The converter put the two numbers of a rotating pair next to each other in the rows of q and k.
  var permutesRotaryRows = false
  /// The converter added 1 to every norm.
  var normsAreOffset = false
  /// Which key of config.json holds a norm's epsilon.
  var epsilon = "rms_norm_eps"
  /// Which key of config.json holds the share of a head that rotates; nil where whole heads do.
  var partialRotary: String?
  /// Keys below the architecture's name that the common ones are not, and config.json's names for them.
  var fields: [String: String] = [:]
  /// Keys below the architecture's name that change nothing in what is computed.
  var ignored: Set<String> = []
  /// What the architecture means without saying so: members of config.json, made of the file and of those that its keys gave.
  var implied: @Sendable (GGUFFile, JSONObject) throws -> [(String, JSONValue)] = { _, _ in [] }

  static let llamaBlock = [
    "attn_norm": "input_layernorm", "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj", "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
  ]

  init(_ architecture: String) { self.architecture = architecture }

  /// The same with some of it otherwise.
  func with(_ change: (inout GGUFLayout) -> Void) -> GGUFLayout {
    var changed = self
    change(&changed)
    return changed
  }

  /// Names that hold a matrix of all experts, below the block, and what of each expert follows one another in them.
  static let stacks: [String: [Projection]] = [
    "ffn_gate_exps": [.gate], "ffn_up_exps": [.up], "ffn_down_exps": [.down], "ffn_gate_up_exps": [.gate, .up],
  ]

  /// The architecture may have experts.
  ///
  /// - Parameters:
  ///   - count: config.json's key for their number.
  ///   - router: the router's path below the block.
  mutating func setExperts(count: String, router: String) {
    fields["expert_count"] = count
    fields["expert_used_count"] = "num_experts_per_tok"
    rename(["ffn_gate_inp": router])
  }

  /// Every tensor name that `block` does not have falls back to llama's.
  mutating func rename(_ names: [String: String]) { block.merge(names) { $1 } }
}
