import Diagnostics
import Reading

/// What a family's config.json calls the common fields, and what its class takes where one is absent.
struct CommonFields {
  /// From the usual name to the family's own.
  var keys: [String: String] = [:]
  /// By the usual name. `num_key_value_heads` without one is the number of heads, `head_dim` the hidden size's share of a head.
  var defaults: [String: Int] = [:]
  var epsilon = ("rms_norm_eps", 1e-6)
  var norm = DecoderSpec.NormKind.rms
  var theta = 10_000.0
  /// The share of a head that rotates; nil where the class has no such field, and whole heads do.
  var partialRotary: Double?
  /// `original_max_position_embeddings` where the class itself has one.
  var originalContext: Int?
  var interleavesRotary = false
  var tiesEmbeddings = false
  var activation = ("hidden_act", Activation.silu)

  func key(_ name: String) -> String { keys[name] ?? name }
}

extension DecoderSpec {
  /// Reads the fields that nearly all families have: sizes, constants, one rotary embedding for all layers, no window.
  ///
  /// - Throws: `InputError` naming a field that is missing, wrong, or asks for something that is not supported.
  init(_ json: JSONFile, _ fields: CommonFields = CommonFields()) throws {
    try Self.refuseUnsupported(json)
    func size(_ name: String) throws -> Int? { try json.integer(fields.key(name)) ?? fields.defaults[name] }
    func required(_ name: String) throws -> Int { try json.required(fields.key(name), try size(name)) }
    let heads = try required("num_attention_heads")
    let hidden = try required("hidden_size")
    // A key that is null asks for as many as there are heads, whatever the class takes where it is absent.
    let isNull = json.members[fields.key("num_key_value_heads")] == .null
    let dimension = try size("head_dim") ?? (heads > 0 ? hidden / heads : 0)
    let (activationKey, defaultActivation) = fields.activation
    self.init(
      hiddenSize: hidden, intermediateSize: try required("intermediate_size"),
      layerCount: try required("num_hidden_layers"), headCount: heads,
      keyValueHeadCount: try isNull ? heads : size("num_key_value_heads") ?? heads, headDimension: dimension,
      vocabularySize: try required("vocab_size"), contextLength: try size("max_position_embeddings") ?? 2048,
      norm: Norm(kind: fields.norm, epsilon: Float(try json.number(fields.epsilon.0) ?? fields.epsilon.1)),
      attentionScale: 1 / Float(max(dimension, 1)).squareRoot(), attention: [], rotaries: [],
      activation: try json.activation(activationKey) ?? defaultActivation,
      tiesEmbeddings: try json.bool("tie_word_embeddings") ?? fields.tiesEmbeddings)
    try check(json, fields)
    rotaries = [try Rotary(json, self, fields)]
    if let limit = rotaries[0].longestContext(json, contextLength, fields) { contextLength = limit }
    attention = Array(repeating: Attention(), count: layerCount)
  }

  private static func refuseUnsupported(_ json: JSONFile) throws {
    if try !(json.value("auto_map")?.isOff ?? true) {
      throw json.error(
        "auto_map", "is not supported", remedy: "save the model in transformers' own architecture, or as GGUF")
    }
    try json.refuseTrue(["is_encoder_decoder", "add_cross_attention", "use_bidirectional_attention"])
  }

  /// Refuses shapes and constants that no model has, so that later arithmetic on them cannot overflow or divide by zero.
  private func check(_ json: JSONFile, _ fields: CommonFields) throws {
    func refuse(_ name: String, _ problem: ShownText) -> InputError {
      json.error(fields.key(name), problem, remedy: "correct the value or convert the model again")
    }
    let sizes = [
      ("hidden_size", hiddenSize, 1 << 20), ("intermediate_size", intermediateSize, 1 << 22),
      ("num_hidden_layers", layerCount, 1 << 12), ("num_attention_heads", headCount, 1 << 12),
      ("num_key_value_heads", keyValueHeadCount, 1 << 12), ("head_dim", headDimension, 1 << 12),
      ("vocab_size", vocabularySize, 1 << 24), ("max_position_embeddings", contextLength, 1 << 30),
    ]
    for (name, value, limit) in sizes where !(1...limit).contains(value) {
      throw refuse(name, "is \(value), expected 1 to \(limit)")
    }
    guard headCount % keyValueHeadCount == 0 else {
      throw refuse("num_key_value_heads", "\(keyValueHeadCount) does not divide \(headCount) heads")
    }
    guard headDimension % 2 == 0 else { throw refuse("head_dim", "is \(headDimension), an odd number") }
    guard norm.epsilon > 0, norm.epsilon < 1 else {
      throw refuse(fields.epsilon.0, "is \(norm.epsilon), expected between 0 and 1")
    }
  }

  /// Takes `layer_types`, or where it is absent what `isSliding` says of each layer; sliding layers see `window` positions.
  mutating func setWindows(_ json: JSONFile, window: Int?, isSliding: (Int) -> Bool) throws {
    let types = try json.layerTypes(layerCount) ?? (0..<layerCount).map(isSliding)
    if let window, window < 1 {
      throw json.error("sliding_window", "is \(window), expected 1 or more", remedy: "correct the value")
    }
    for (layer, isSliding) in types.enumerated() where isSliding {
      attention[layer].window = window.flatMap { $0 < contextLength ? $0 : nil }
    }
  }
}

extension JSONFile {
  /// Refuses options that are on and not computed here.
  func refuseTrue(_ keys: [String]) throws {
    for key in keys where try !(value(key)?.isOff ?? true) {
      throw error(key, "\(words: "true") is not supported", remedy: "use a model without it")
    }
  }

  func activation(_ key: String) throws -> Activation? {
    guard let name = try string(key) else { return nil }
    if let activation = Activation(name) { return activation }
    throw error(
      key, "'\(name)' is not supported; supported: \(words: Activation.names)", remedy: "use a model of these")
  }

  /// A number that is finite and above 0.
  func positive(_ key: String) throws -> Float? {
    guard let number = try number(key) else { return nil }
    guard Float(number) > 0, Float(number).isFinite else {
      throw error(key, "is \(number), expected a number above 0", remedy: "correct the value")
    }
    return Float(number)
  }

  /// Whether each layer's attention slides; nil where `layer_types` is absent.
  func layerTypes(_ count: Int) throws -> [Bool]? {
    guard let types = try strings("layer_types") else { return nil }
    guard types.count == count else {
      throw error("layer_types", "has \(types.count) entries for \(count) layers", remedy: "correct the value")
    }
    return try types.map { type in
      switch type {
      case "full_attention", "attention": return false
      case "sliding_attention": return true
      default: throw error("layer_types", "'\(type)' is not supported", remedy: "use a model with plain attention")
      }
    }
  }
}
