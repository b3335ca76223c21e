/// Under which names a checkpoint keeps its weights, as paths without ".weight" and ".bias": Hugging Face's names of the family.
package struct WeightNames: Sendable, Equatable {
  package var embedding = "model.embed_tokens"
  /// Learned positions.
  package var positions: String?
  package var finalNorm = "model.norm"
  /// The vocabulary projection, where it is not the embedding.
  package var head = "lm_head"
  /// A block's path; `{layer}` stands for its number.
  package var block = "model.layers.{layer}"
  // Below the block; nil where the family has no such norm.
  package var attentionNorm: String? = "input_layernorm"
  package var attentionOutputNorm: String?
  package var mlpNorm: String? = "post_attention_layernorm"
  package var mlpOutputNorm: String?
  package var queryNorm: String?
  package var keyNorm: String?
  package var modules: [LinearModule] = Self.separate()

  /// The modules of llama and its kin.
  package static func separate(
    queryKeyValueBias: Bool = false, outputBias: Bool = false, mlpBias: Bool = false
  ) -> [LinearModule] {
    [
      LinearModule("self_attn.q_proj", [.query], hasBias: queryKeyValueBias),
      LinearModule("self_attn.k_proj", [.key], hasBias: queryKeyValueBias),
      LinearModule("self_attn.v_proj", [.value], hasBias: queryKeyValueBias),
      LinearModule("self_attn.o_proj", [.attentionOutput], hasBias: outputBias),
      LinearModule("mlp.gate_proj", [.gate], hasBias: mlpBias),
      LinearModule("mlp.up_proj", [.up], hasBias: mlpBias),
      LinearModule("mlp.down_proj", [.down], hasBias: mlpBias),
    ]
  }

  package func path(_ below: String, layer: Int) -> String {
    "\(block.replacing("{layer}", with: String(layer))).\(below)"
  }

  /// What stands before the model's own names but for the head's: "model." or "transformer.".
  var body: String { String(embedding.prefix(through: embedding.firstIndex(of: ".") ?? embedding.startIndex)) }
}
