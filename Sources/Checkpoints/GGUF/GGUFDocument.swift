import Diagnostics
import Reading

/// A GGUF file's metadata as the config.json that they say the same as: what reads the one reads the other.
struct GGUFDocument {
  private let file: GGUFFile
  private let layout: GGUFLayout
  private var members = JSONObject()
  /// By the key of config.json, what the file calls it.
  private var names: [String: String] = [:]

  /// Below the architecture's name.
  private static let sizes = [
    "context_length": "max_position_embeddings", "embedding_length": "hidden_size", "block_count": "num_hidden_layers",
    "feed_forward_length": "intermediate_size", "attention.head_count": "num_attention_heads",
    "attention.head_count_kv": "num_key_value_heads", "attention.key_length": "head_dim",
  ]
  private static let rotary = [
    "freq_base", "dimension_count", "scale_linear", "scaling.type", "scaling.factor", "scaling.original_context_length",
    "scaling.attn_factor", "scaling.yarn_attn_factor", "scaling.yarn_beta_fast", "scaling.yarn_beta_slow",
    "scaling.finetuned",
  ].map { "rope.\($0)" }
  /// Looked at elsewhere, or without a meaning for what is computed.
  private static let others: Set<String> = [
    "attention.layer_norm_rms_epsilon", "attention.layer_norm_epsilon", "attention.value_length",
    "attention.sliding_window", "attention.causal", "vocab_size", "expert_count", "expert_used_count",
  ]

  static func knows(_ key: String, _ layout: GGUFLayout) -> Bool {
    sizes[key] != nil || rotary.contains(key) || others.contains(key) || layout.fields[key] != nil
      || layout.ignored.contains(key)
  }

  var json: JSONFile { JSONFile(path: file.metadata.path, members: members, ownNames: names) }

  /// What the architecture means without saying so.
  mutating func complete() throws { for (key, value) in try layout.implied(file, members) { set(key, value) } }

  mutating func set(_ key: String, _ value: JSONValue) { members = members.setting(key, to: value) }

  init(_ file: GGUFFile, _ layout: GGUFLayout) throws {
    self.file = file
    self.layout = layout
    let metadata = file.metadata
    guard let embedding = file.tensors["token_embd.weight"] else {
      throw InputError(
        metadata.path, field: "token_embd.weight", "is missing", remedy: "download or convert the file again")
    }
    for (suffix, key) in Self.sizes.sorted(by: { $0.key < $1.key }) {
      take(suffix, as: key, try uniform(name(suffix)).map(JSONValue.integer))
    }
    if members["num_key_value_heads"] == nil, let heads = members["num_attention_heads"] {
      set("num_key_value_heads", heads)
    }
    if members["head_dim"] == nil, case .integer(let hidden)? = members["hidden_size"],
      case .integer(let heads)? = members["num_attention_heads"], heads > 0
    {
      set("head_dim", .integer(hidden / heads))
    }
    let epsilon = layout.epsilon == "rms_norm_eps" ? "attention.layer_norm_rms_epsilon" : "attention.layer_norm_epsilon"
    guard let value = try metadata.double(name(epsilon)) else {
      throw InputError(metadata.path, field: name(epsilon), "is missing", remedy: "convert the model again")
    }
    take(epsilon, as: layout.epsilon, .number(Float(value).shortestDouble))
    for (suffix, key) in layout.fields.sorted(by: { $0.key < $1.key }) {
      let value = try scalar(name(suffix))
      // A dense model has no experts, or nought of them.
      take(suffix, as: key, suffix.hasPrefix("expert_") && value == .integer(0) ? nil : value)
    }
    // A converter writes 0 for none, which transformers would take for a window.
    if members["sliding_window"] == .integer(0) { set("sliding_window", .null) }
    set("vocab_size", .integer(embedding.rows))
    names["vocab_size"] = "token_embd.weight"
    set("tie_word_embeddings", .bool(file.tensors["output.weight"] == nil))
    let block = ["attn_q", "attn_qkv"].map { "blk.0.\($0).bias" }
    set("attention_bias", .bool(block.contains { file.tensors[$0] != nil }))
    set("mlp_bias", .bool(file.tensors["blk.0.ffn_up.bias"] != nil))
    // Null where there is none: a class in transformers has a padding token of its own where the key is absent.
    for (key, name) in [("bos_token_id", "bos"), ("eos_token_id", "eos"), ("pad_token_id", "padding")] {
      let id = try metadata.integer("tokenizer.ggml.\(name)_token_id")
      // A writer without such a token gives the highest number.
      set(key, id.flatMap { Int32(exactly: $0) }.map { .integer(Int($0)) } ?? .null)
    }
    try readRotary()
  }

  private func name(_ suffix: String) -> String { "\(layout.architecture).\(suffix)" }

  private mutating func take(_ suffix: String, as key: String, _ value: JSONValue?) {
    names[key] = name(suffix)
    if let value { set(key, value) }
  }

  /// An integer, or an array of equal ones, as some converters write what may differ from layer to layer.
  private func uniform(_ key: String) throws -> Int? {
    guard file.metadata.count(key) != nil else { return try file.metadata.integer(key) }
    let values = try file.metadata.integers(key) ?? []
    guard let first = values.first else { return nil }
    guard values.allSatisfy({ $0 == first }) else {
      throw InputError(
        file.metadata.path, field: key, "differs from layer to layer, which is not supported",
        remedy: "use a model whose layers are alike")
    }
    return first
  }

  private func scalar(_ key: String) throws -> JSONValue? {
    guard let entry = file.metadata.entries[key] else { return nil }
    switch entry.type {
    case .bool: return try file.metadata.bool(key).map(JSONValue.bool)
    case .string: return try file.metadata.string(key).map(JSONValue.string)
    case .float32, .float64: return try file.metadata.double(key).map { .number(Float($0).shortestDouble) }
    default: return try uniform(key).map(JSONValue.integer)
    }
  }

  private mutating func readRotary() throws {
    let metadata = file.metadata
    let theta = layout.fields["rope.freq_base"] ?? "rope_theta"
    take("rope.freq_base", as: theta, .number(try metadata.double(name("rope.freq_base")) ?? 10_000))
    try readWidth()
    let type = try metadata.string(name("rope.scaling.type")) ?? "linear"
    let factor = try metadata.double(name("rope.scaling.factor")) ?? metadata.double(name("rope.scale_linear")) ?? 1
    names["rope_scaling.factor"] = name("rope.scaling.factor")
    names["rope_scaling.rope_type"] = name("rope.scaling.type")
    let original = try metadata.integer(name("rope.scaling.original_context_length"))
    let members: [(String, JSONValue?)]
    switch type {
    case "none", "linear", "longrope":
      if let longRope = try longRope() {
        set("original_max_position_embeddings", original.map(JSONValue.integer) ?? .null)
        members = longRope
      } else {
        members = type == "linear" && factor != 1 ? [("factor", .number(factor)), ("rope_type", "linear")] : []
      }
    case "yarn":
      func number(_ suffix: String) throws -> JSONValue? {
        try metadata.double(name("rope.scaling.\(suffix)")).map(JSONValue.number)
      }
      members = [
        ("attention_factor", try number("yarn_attn_factor") ?? number("attn_factor")),
        ("beta_fast", try number("yarn_beta_fast")), ("beta_slow", try number("yarn_beta_slow")),
        ("factor", .number(factor)), ("original_max_position_embeddings", original.map(JSONValue.integer)),
        ("rope_type", "yarn"),
      ]
    default:
      throw InputError(
        metadata.path, field: name("rope.scaling.type"),
        "'\(type)' is not supported; supported: none, linear, yarn, longrope", remedy: "use a model without it")
    }
    let present = members.compactMap { member in member.1.map { (member.0, $0) } }
    guard file.tensors["rope_freqs.weight"] == nil || present.isEmpty else {
      throw InputError(
        metadata.path, field: "rope_freqs.weight", "is not a vector, or comes together with other scaling",
        remedy: "convert the model again")
    }
    if !present.isEmpty { set("rope_scaling", .object(JSONObject(present))) }
  }

  /// The share of a head that rotates, where the family has such a field; else the whole of it must.
  private mutating func readWidth() throws {
    let key = "rope.dimension_count"
    guard !layout.ignored.contains(key), case .integer(let dimension)? = members["head_dim"] else { return }
    let width = try file.metadata.integer(name(key)) ?? dimension
    guard let share = layout.partialRotary else {
      guard width == dimension else {
        throw InputError(
          file.metadata.path, field: name(key),
          "is \(width), only \(dimension) is supported with this model's other sizes", remedy: "convert the model again"
        )
      }
      return
    }
    guard dimension > 0, width > 0, width <= dimension else {
      throw InputError(
        file.metadata.path, field: name(key), "is \(width), a head has \(dimension) numbers",
        remedy: "convert the model again")
    }
    take(key, as: share, .number(Double(width) / Double(dimension)))
  }

  private func longRope() throws -> [(String, JSONValue?)]? {
    func factors(_ tensor: String) -> JSONValue? {
      file.tensors[tensor].map { .array($0.decodeAll().map { .number(Float($0).shortestDouble) }) }
    }
    guard let short = factors("rope_factors_short.weight"), let long = factors("rope_factors_long.weight") else {
      return nil
    }
    // The converter computes the factor, in fp32, that config.json leaves to be computed.
    let stored = try file.metadata.double(name("rope.scaling.attn_factor"))
    let original = try file.metadata.integer(name("rope.scaling.original_context_length")) ?? 0
    let context = try file.metadata.integer(name("context_length")) ?? 0
    let computed = RopeScaling.longRopeMagnitude(Double(context) / Double(max(2, original)), original: max(2, original))
    let isComputed = stored.map { abs($0 - computed) < 1e-6 }
    return [
      ("attention_factor", isComputed == true ? nil : stored.map(JSONValue.number)),
      ("long_factor", long), ("rope_type", "longrope"), ("short_factor", short),
    ]
  }
}

extension Float {
  /// The double that is written the shortest of those that are this float: 1e-05 rather than 9.999999747378752e-06.
  var shortestDouble: Double {
    guard let short = Double(description), Float(short) == self else { return Double(self) }
    return short
  }
}
