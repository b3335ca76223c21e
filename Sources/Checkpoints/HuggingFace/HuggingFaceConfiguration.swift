import Diagnostics
import Foundation
import Reading

extension ModelConfiguration {
  /// Reads config.json of a `llama` model, in the older spelling and the newer one. Defaults are `LlamaConfig`'s in transformers.
  ///
  /// - Throws: `InputError` naming a field that is missing, wrong, or asks for something that is not supported.
  package init(configJSON url: URL) throws {
    let json = try JSONFile(url)
    let type = try json.required("model_type", try json.string("model_type"))
    guard type == "llama" else {
      throw json.error("model_type", "'\(type)' is not supported yet; supported: llama", remedy: "use a llama model")
    }
    try Self.refuseUnsupported(json)
    func size(_ key: String) throws -> Int { try json.required(key, try json.integer(key)) }
    let heads = try size("num_attention_heads")
    let hidden = try size("hidden_size")
    let rope = try HuggingFaceRope(json)
    let context = try json.integer("max_position_embeddings") ?? 2048
    self.init(
      hiddenSize: hidden, intermediateSize: try size("intermediate_size"), layerCount: try size("num_hidden_layers"),
      headCount: heads, keyValueHeadCount: try json.integer("num_key_value_heads") ?? heads,
      headDimension: try json.integer("head_dim") ?? (heads > 0 ? hidden / heads : 0),
      vocabularySize: try size("vocab_size"), contextLength: context,
      rmsNormEpsilon: Float(try json.number("rms_norm_eps") ?? 1e-6), ropeTheta: rope.theta,
      ropeScaling: rope.scaling, tiesEmbeddings: try json.bool("tie_word_embeddings") ?? false,
      bosTokenID: try Self.tokenIDs(json, "bos_token_id").first, eosTokenIDs: try Self.tokenIDs(json, "eos_token_id"))
    try check(
      ConfigurationFields(
        path: json.path, hidden: "hidden_size", intermediate: "intermediate_size", layers: "num_hidden_layers",
        heads: "num_attention_heads", keyValueHeads: "num_key_value_heads", headDimension: "head_dim",
        vocabulary: "vocab_size", context: "max_position_embeddings", epsilon: "rms_norm_eps", theta: "rope_theta",
        scaling: "rope_scaling"))
    if let window = try json.integer("sliding_window"), window < context {
      throw json.error("sliding_window", "is not supported", remedy: "use a model with full attention")
    }
  }

  private static func refuseUnsupported(_ json: JSONFile) throws {
    for key in ["attention_bias", "mlp_bias", "rope_interleaved"] where try json.bool(key) ?? false {
      throw json.error(key, "true is not supported", remedy: "use a model without it")
    }
    for key in ["quantization_config", "auto_map"] where try !(json.value(key)?.isOff ?? true) {
      throw json.error(
        key, "is not supported", remedy: "save the model unquantised and in transformers' own architecture, or as GGUF")
    }
    if let activation = try json.string("hidden_act"), activation != "silu" {
      throw json.error("hidden_act", "'\(activation)' is not supported; supported: silu", remedy: "use a plain llama")
    }
    for key in ["pretraining_tp", "partial_rotary_factor"] where try json.number(key) ?? 1 != 1 {
      throw json.error(key, "other than 1 is not supported", remedy: "use a plain llama model")
    }
    for layer in try json.strings("layer_types") ?? [] where layer != "full_attention" {
      throw json.error("layer_types", "'\(layer)' is not supported", remedy: "use a model with full attention")
    }
  }

  private static func tokenIDs(_ json: JSONFile, _ key: String) throws -> [Int32] {
    try (json.integers(key) ?? []).map { id in
      guard let small = Int32(exactly: id) else {
        throw json.error(key, "\(id) is not a token id", remedy: "correct the value")
      }
      return small
    }
  }
}

/// The rotary fields of config.json: `rope_theta` with `rope_scaling`, or `rope_parameters` that holds both.
private struct HuggingFaceRope {
  var theta = 10_000.0
  var scaling = RopeScaling.none

  init(_ json: JSONFile) throws {
    let newer = try json.object("rope_parameters")
    let older = try json.object("rope_scaling")
    let oldTheta = try json.number("rope_theta")
    let newTheta = try newer?.number("rope_theta")
    if let oldTheta, let newTheta, oldTheta != newTheta {
      throw json.error("rope_theta", "differs from rope_parameters.rope_theta", remedy: "keep one of them")
    }
    theta = newTheta ?? oldTheta ?? theta
    let newScaling = try newer.map { try Self.scaling($0) }
    let oldScaling = try older.map { try Self.scaling($0) }
    if let newScaling, let oldScaling, newScaling != oldScaling {
      throw json.error("rope_scaling", "differs from rope_parameters", remedy: "keep one of them")
    }
    scaling = newScaling ?? oldScaling ?? .none
  }

  private static func scaling(_ json: JSONFile) throws -> RopeScaling {
    let type = try json.string("rope_type") ?? json.string("type") ?? "default"
    func number(_ key: String) throws -> Double { try json.required(key, try json.number(key)) }
    let own: [String]
    let scaling: RopeScaling
    switch type {
    case "default": (own, scaling) = ([], .none)
    case "linear": (own, scaling) = (["factor"], .linear(factor: try number("factor")))
    case "llama3":
      own = ["factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"]
      let original = "original_max_position_embeddings"
      scaling = .llama3(
        factor: try number("factor"), lowFrequencyFactor: try number("low_freq_factor"),
        highFrequencyFactor: try number("high_freq_factor"),
        originalContextLength: try json.required(original, try json.integer(original)))
    default:
      throw json.error(
        "rope_type", "'\(type)' is not supported; supported: default, linear, llama3", remedy: "use a model without it")
    }
    let used = try json.members.keys.filter { try json.value($0) != nil }
    if try json.number("partial_rotary_factor") ?? 1 != 1 {
      throw json.error("partial_rotary_factor", "other than 1 is not supported", remedy: "use a plain llama model")
    }
    try refuseUnknownKeys(
      used, known: own + ["rope_type", "type", "rope_theta", "partial_rotary_factor"], file: json.path,
      in: String(json.prefix.dropLast()))
    return scaling
  }
}
