import Diagnostics
import Foundation
import Reading

extension ModelConfiguration {
  /// config.json of `transformers`' `LlamaConfig`.
  ///
  /// The rotary fields are there in the spelling of transformers 5 (`rope_parameters`) and in the one that older readers know
  /// (`rope_theta`, `rope_scaling`).
  ///
  /// - Throws: `InputError` for what a `LlamaConfig` cannot say.
  func configJSON(type: ElementType, padTokenID: Int?) throws -> JSONValue {
    guard modelType == "llama", slidingWindow == nil, hiddenActivation == "silu", !attentionBias, !mlpBias else {
      throw InputError(
        "config.json", field: "model_type", "a \(modelType) model with these parts cannot be written; supported: llama",
        remedy: "use a plain llama model")
    }
    let dtype = JSONValue.string(type == .bf16 ? "bfloat16" : "float32")
    let (parameters, scaling) = try ropeJSON()
    return [
      "architectures": ["LlamaForCausalLM"], "attention_bias": .bool(attentionBias), "attention_dropout": .number(0),
      "bos_token_id": bosTokenID.json, "dtype": dtype, "eos_token_id": eosTokenIDs.json,
      "head_dim": .integer(headDimension), "hidden_act": .string(hiddenActivation),
      "hidden_size": .integer(hiddenSize), "initializer_range": .number(0.02),
      "intermediate_size": .integer(intermediateSize), "max_position_embeddings": .integer(contextLength),
      "mlp_bias": .bool(mlpBias), "model_type": .string(modelType), "num_attention_heads": .integer(headCount),
      "num_hidden_layers": .integer(layerCount), "num_key_value_heads": .integer(keyValueHeadCount),
      "pad_token_id": padTokenID.map(JSONValue.integer) ?? .null, "pretraining_tp": 1,
      "rms_norm_eps": .number(rmsNormEpsilon.shortestDouble), "rope_parameters": parameters,
      "rope_scaling": scaling, "rope_theta": .number(ropeTheta), "tie_word_embeddings": .bool(tiesEmbeddings),
      "torch_dtype": dtype, "use_cache": true, "vocab_size": .integer(vocabularySize),
    ]
  }

  /// generation_config.json: where answers begin and end.
  func generationJSON(padTokenID: Int?) -> JSONValue {
    let tokens = [
      ("bos_token_id", bosTokenID.json), ("eos_token_id", eosTokenIDs.json),
      ("pad_token_id", padTokenID.map(JSONValue.integer) ?? .null),
    ]
    return .object(JSONObject(tokens.filter { $0.1 != .null }))
  }

  /// `rope_parameters`, and the older `rope_scaling`.
  private func ropeJSON() throws -> (parameters: JSONValue, scaling: JSONValue) {
    let scaling: [(String, JSONValue)]
    switch try expressibleScaling() {
    case .none, .frequencyFactors:
      return (["rope_theta": .number(ropeTheta), "rope_type": "default"], .null)
    case .linear(let factor):
      scaling = [("factor", .number(factor)), ("rope_type", "linear")]
    case .llama3(let factor, let low, let high, let original):
      scaling = [
        ("factor", .number(factor)), ("high_freq_factor", .number(high)), ("low_freq_factor", .number(low)),
        ("original_max_position_embeddings", .integer(original)), ("rope_type", "llama3"),
      ]
    }
    let parameters = scaling + [("rope_theta", .number(ropeTheta))]
    return (.object(JSONObject(parameters.sorted { $0.0 < $1.0 })), .object(JSONObject(scaling)))
  }

  /// The scaling as config.json can say it. Throws `InputError` for frequency factors that no formula there gives.
  func expressibleScaling() throws -> RopeScaling {
    guard case .frequencyFactors(let factors) = ropeScaling else { return ropeScaling }
    if let scaling = RopeScaling(recognising: factors, theta: ropeTheta) { return scaling }
    throw InputError(
      "config.json", field: "rope_parameters",
      "the model's rope_freqs.weight has frequency factors that are not Llama 3's, which config.json cannot express",
      remedy: "start from the model's Hugging Face folder instead of the GGUF file")
  }
}

extension RopeScaling {
  /// The formula that gives these frequency factors: none, linear scaling, or Llama 3's with low 1 and high 4, as every Llama 3.1 to 3.3
  /// has them, and a power of two for the original context; nil where none of them does.
  ///
  /// GGUF converters compute the factors in fp32, so they are compared to a relative 1e-4.
  init?(recognising factors: [Float], theta: Double) {
    guard let last = factors.last, let largest = factors.max() else { return nil }
    func isEqual(_ expected: [Double]) -> Bool {
      expected.count == factors.count && zip(expected, factors).allSatisfy { abs(Double($1) / $0 - 1) < 1e-4 }
    }
    // The factor that the model's makers wrote is a whole number; the stored one may be off in its last bit.
    let stored = Double(largest)
    let factor = abs(stored.rounded() / stored - 1) < 1e-4 ? stored.rounded() : stored
    if isEqual([Double](repeating: 1, count: factors.count)) {
      self = .none
    } else if isEqual([Double](repeating: factor, count: factors.count)) {
      self = .linear(factor: factor)
    } else if last == largest,
      // Their own 8192 before the others: where no frequency lies between the two bounds, several give the same.
      let original = ([8192] + (5...20).map { 1 << $0 }).first(where: {
        isEqual(Self.llama3Factors(factor, 1, 4, Double($0), theta: theta, count: factors.count))
      })
    {
      self = .llama3(factor: factor, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContextLength: original)
    } else {
      return nil
    }
  }

  /// What Llama 3 divides each frequency by (`_compute_llama3_parameters` in transformers' `modeling_rope_utils.py`).
  private static func llama3Factors(
    _ factor: Double, _ low: Double, _ high: Double, _ original: Double, theta: Double, count: Int
  ) -> [Double] {
    (0..<count).map { index in
      // How often the pair turns in the original context.
      let turns = original / (2 * .pi * pow(theta, Double(index) / Double(count)))
      if turns > high { return 1 }
      if turns < low { return factor }
      let smooth = (turns - low) / (high - low)
      return 1 / ((1 - smooth) / factor + smooth)
    }
  }
}

extension Optional<Int32> {
  fileprivate var json: JSONValue { map { .integer(Int($0)) } ?? .null }
}

extension [Int32] {
  /// One id as itself, several as a list.
  fileprivate var json: JSONValue { count > 1 ? .array(map { .integer(Int($0)) }) : first.json }
}

extension Float {
  /// The double that is written the shortest of those that are this float: 1e-05 rather than 9.999999747378752e-06.
  fileprivate var shortestDouble: Double {
    guard let short = Double(description), Float(short) == self else { return Double(self) }
    return short
  }
}
