import Diagnostics
import Foundation
import Reading

extension ModelConfiguration {
  /// config.json as the family's class in transformers reads it: the base's own where it has one, with the type that the weights are written in.
  ///
  /// - Throws: `InputError` for frequency factors that no formula there gives.
  func configJSON(type: ElementType, padTokenID: Int?) throws -> JSONValue {
    var written = document
    func set(_ key: String, _ value: JSONValue?) { written = written.setting(key, to: value) }
    let dtype = JSONValue.string(type == .bf16 ? "bfloat16" : type == .f16 ? "float16" : "float32")
    set("architectures", family.map { .array([.string($0.className)]) })
    set("model_type", .string(modelType))
    set("dtype", dtype)
    set("torch_dtype", dtype)
    // What is written is decoded.
    for key in ["quantization_config", "compression_config", "quantization"] { set(key, nil) }
    if let padTokenID, written["pad_token_id"] ?? .null == .null { set("pad_token_id", .integer(padTokenID)) }
    if case .frequencyFactors? = decoder.rotaries.first?.scaling {
      set("rope_scaling", try scalingJSON())
    }
    return .object(JSONObject(written.members.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }))
  }

  /// generation_config.json: where answers begin and end.
  func generationJSON(padTokenID: Int?) -> JSONValue {
    let tokens = [
      ("bos_token_id", bosTokenID.json), ("eos_token_id", endTokenIDs.json),
      ("pad_token_id", padTokenID.map(JSONValue.integer) ?? .null),
    ]
    return .object(JSONObject(tokens.filter { $0.1 != .null }))
  }

  /// `rope_scaling` of what GGUF's factors are.
  private func scalingJSON() throws -> JSONValue {
    switch try expressibleScaling() {
    case .linear(let factor):
      return ["factor": .number(factor), "rope_type": "linear"]
    case .llama3(let factor, let low, let high, let original):
      return [
        "factor": .number(factor), "high_freq_factor": .number(high), "low_freq_factor": .number(low),
        "original_max_position_embeddings": .integer(original), "rope_type": "llama3",
      ]
    default:
      return .null
    }
  }

  /// The scaling as config.json can say it. Throws `InputError` for frequency factors that no formula there gives.
  func expressibleScaling() throws -> RopeScaling {
    guard let rotary = decoder.rotaries.first, case .frequencyFactors(let factors) = rotary.scaling else {
      return decoder.rotaries.first?.scaling ?? .none
    }
    if let scaling = RopeScaling(recognising: factors, theta: rotary.theta) { return scaling }
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
