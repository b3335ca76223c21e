import CKernels
import Checkpoints
import Foundation

/// Llama 2 and 3, SmolLM2, TinyLlama: RMSNorm, rotary embedding over half-split pairs, grouped-query attention, SwiGLU, no biases.
@Sendable
func llamaSpec(_ configuration: ModelConfiguration) throws -> DecoderSpec {
  DecoderSpec(
    hiddenSize: configuration.hiddenSize,
    intermediateSize: configuration.intermediateSize,
    layerCount: configuration.layerCount,
    headCount: configuration.headCount,
    keyValueHeadCount: configuration.keyValueHeadCount,
    headDimension: configuration.headDimension,
    vocabularySize: configuration.vocabularySize,
    contextLength: configuration.contextLength,
    normEpsilon: configuration.rmsNormEpsilon,
    attentionScale: 1 / Float(configuration.headDimension).squareRoot(),
    inverseFrequencies: rotaryFrequencies(
      theta: configuration.ropeTheta, dimension: configuration.headDimension, scaling: configuration.ropeScaling),
    names: WeightNames(
      embedding: "model.embed_tokens.weight",
      finalNorm: "model.norm.weight",
      head: configuration.tiesEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight",
      attentionNorm: "model.layers.{layer}.input_layernorm.weight",
      query: "model.layers.{layer}.self_attn.q_proj.weight",
      key: "model.layers.{layer}.self_attn.k_proj.weight",
      value: "model.layers.{layer}.self_attn.v_proj.weight",
      attentionOutput: "model.layers.{layer}.self_attn.o_proj.weight",
      mlpNorm: "model.layers.{layer}.post_attention_layernorm.weight",
      gate: "model.layers.{layer}.mlp.gate_proj.weight",
      up: "model.layers.{layer}.mlp.up_proj.weight",
      down: "model.layers.{layer}.mlp.down_proj.weight"))
}

/// Inverse frequencies θ^(-2i/d), scaled as the configuration says.
///
/// Llama 3's scaling divides the low frequencies by `factor`, leaves the high ones, and blends between (transformers,
/// `modeling_rope_utils.py`, `_compute_llama3_parameters`).
func rotaryFrequencies(theta: Double, dimension: Int, scaling: RopeScaling) -> [Float] {
  // Within a few units of the last of 53 bits, which the 24 of a Float do not see.
  let plain = (0..<dimension / 2).map { hf_double_exp(-2 * Double($0) / Double(dimension) * hf_double_log(theta)) }
  switch scaling {
  case .none:
    return plain.map(Float.init)
  case .linear(let factor):
    return plain.map { Float($0 / factor) }
  case .frequencyFactors(let factors):
    return zip(plain, factors).map { Float($0 / Double($1)) }
  case .llama3(let factor, let lowFrequencyFactor, let highFrequencyFactor, let originalContextLength):
    let original = Double(originalContextLength)
    return plain.map { frequency in
      let wavelength = 2 * Double.pi / frequency
      if wavelength < original / highFrequencyFactor { return Float(frequency) }
      if wavelength > original / lowFrequencyFactor { return Float(frequency / factor) }
      let smooth = (original / wavelength - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor)
      return Float((1 - smooth) * frequency / factor + smooth * frequency)
    }
  }
}
