import Diagnostics
import Reading

extension Rotary {
  /// Reads the rotary fields: `rope_theta` with `rope_scaling`, or `rope_parameters` that holds both, there perhaps by kind of layer.
  ///
  /// - Parameters:
  ///   - layers: the kind of layer, "full_attention" or "sliding_attention", where they differ.
  ///   - theta: the name of the older base, and what it is where the file says nothing.
  init(
    _ json: JSONFile, _ spec: DecoderSpec, _ fields: CommonFields, layers: String = "full_attention",
    theta older: (key: String?, value: Double)? = nil, ignoresScaling: Bool = false
  ) throws {
    let parameters = try json.object("rope_parameters")
    let newer = try parameters.flatMap { try $0.object(layers) ?? ($0.isByLayer ? nil : $0) }
    let scalingObject = ignoresScaling ? nil : try json.object("rope_scaling")
    let thetaKey = older?.key ?? fields.key("rope_theta")
    let oldTheta = older != nil && older?.key == nil ? nil : try json.number(thetaKey)
    let newTheta = try newer?.number("rope_theta") ?? (scalingObject?.number("rope_theta"))
    if let oldTheta, let newTheta, oldTheta != newTheta {
      throw json.error(thetaKey, "differs from rope_parameters.rope_theta", remedy: "keep one of them")
    }
    let theta = newTheta ?? oldTheta ?? older?.value ?? fields.theta
    guard theta.isFinite, theta >= 1 else {
      throw json.error(thetaKey, "is \(theta), expected 1 or more", remedy: "correct the value")
    }
    let (shareKey, isPartial) = (fields.key("partial_rotary_factor"), fields.partialRotary != nil)
    let share =
      try newer?.number("partial_rotary_factor") ?? json.number(shareKey) ?? fields.partialRotary ?? 1
    guard isPartial || share == 1 else {
      throw json.error(shareKey, "other than 1 is not supported", remedy: "use a model whose whole heads rotate")
    }
    let width = Int(Double(spec.headDimension) * min(max(share, 0), 1))
    guard share > 0, share <= 1, width >= 2, width % 2 == 0 else {
      throw json.error(
        shareKey, "is \(share), which rotates \(width) of \(spec.headDimension) numbers",
        remedy: "correct the value")
    }
    self.init(theta: theta, width: width, isInterleaved: fields.interleavesRotary)
    let new = try newer.map { try ScalingFields($0, json, spec, fields, width: width).scaling }
    let old = try scalingObject.map { try ScalingFields($0, json, spec, fields, width: width).scaling }
    if let new, let old, new != old {
      throw json.error("rope_scaling", "differs from rope_parameters", remedy: "keep one of them")
    }
    scaling = new ?? old ?? .none
  }

  /// Positions up to which the frequencies hold; nil where that is the whole context. Dynamic scaling and LongRoPE change all
  /// frequencies once a text is longer, so that a text's beginning would depend on its end.
  func longestContext(_ json: JSONFile, _ context: Int, _ fields: CommonFields) -> Int? {
    guard case .longRope = scaling else { return nil }
    let original = ScalingFields.originalContext(json, fields) ?? context
    return original < context ? original : nil
  }
}

extension JSONFile {
  /// Whether `rope_parameters` holds one object for each kind of layer.
  fileprivate var isByLayer: Bool {
    members.keys.contains("full_attention") || members.keys.contains("sliding_attention")
  }
}

/// One `rope_scaling` or `rope_parameters` object.
private struct ScalingFields {
  let json: JSONFile
  let root: JSONFile
  let spec: DecoderSpec
  let fields: CommonFields
  let width: Int
  var scaling = RopeScaling.none

  /// `original_max_position_embeddings`: at the top level, or what the class has there, else in the scaling.
  static func originalContext(_ root: JSONFile, _ fields: CommonFields) -> Int? {
    let key = "original_max_position_embeddings"
    let inner = (try? root.object("rope_parameters")) ?? (try? root.object("rope_scaling"))
    return (try? root.integer(key)) ?? fields.originalContext ?? (try? inner?.integer(key))
  }

  init(_ json: JSONFile, _ root: JSONFile, _ spec: DecoderSpec, _ fields: CommonFields, width: Int) throws {
    (self.json, self.root, self.spec, self.fields, self.width) = (json, root, spec, fields, width)
    var type = try json.string("rope_type") ?? json.string("type") ?? "default"
    // Phi 3's first files call LongRoPE by the names that it had then.
    if type == "su" || type == "yarn" && json.members.keys.contains("long_factor") { type = "longrope" }
    var own: [String] = []
    switch type {
    case "default": break
    case "linear":
      own = ["factor"]
      scaling = .linear(factor: try positive("factor"))
    case "dynamic":
      // Up to the context that is asked here the frequencies are the plain ones.
      own = ["factor"]
      _ = try positive("factor")
    case "llama3":
      own = ["factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"]
      let (low, high) = (try positive("low_freq_factor"), try positive("high_freq_factor"))
      guard high > low else {
        throw json.error("high_freq_factor", "is not above low_freq_factor", remedy: "correct the value")
      }
      scaling = .llama3(
        factor: try positive("factor"), lowFrequencyFactor: low, highFrequencyFactor: high,
        originalContextLength: try original())
    case "yarn":
      own = [
        "factor", "attention_factor", "beta_fast", "beta_slow", "mscale", "mscale_all_dim", "truncate",
        "original_max_position_embeddings",
      ]
      scaling = .yarn(try yarn())
    case "longrope":
      own = ["factor", "attention_factor", "short_factor", "long_factor", "original_max_position_embeddings"]
      scaling = try longRope()
    default:
      throw json.error(
        "rope_type", "'\(type)' is not supported; supported: default, linear, dynamic, llama3, yarn, longrope",
        remedy: "use a model without it")
    }
    let used = try json.members.keys.filter { try json.value($0) != nil }
    try refuseUnknownKeys(
      used, known: own + ["rope_type", "type", "rope_theta", "partial_rotary_factor"], file: json.path,
      in: String(json.prefix.dropLast()))
  }

  private func positive(_ key: String) throws -> Double {
    let value = try json.required(key, try json.number(key))
    guard value.isFinite, value > 0 else {
      throw json.error(key, "is \(value), expected a number above 0", remedy: "correct the value")
    }
    return value
  }

  private func original() throws -> Int {
    let key = "original_max_position_embeddings"
    let value = try root.integer(key) ?? fields.originalContext ?? json.integer(key) ?? spec.contextLength
    guard value > 1, value <= 1 << 30 else {
      throw json.error(key, "is \(value), which no context is", remedy: "correct the value")
    }
    return value
  }

  private func yarn() throws -> RopeScaling.YaRN {
    let original = try original()
    let factor =
      try json.number("factor") == nil ? Double(spec.contextLength) / Double(original) : positive("factor")
    let (scale, all) = (try json.number("mscale") ?? 0, try json.number("mscale_all_dim") ?? 0)
    let standard =
      scale != 0 && all != 0
      ? RopeScaling.YaRN.magnitude(factor, scale) / RopeScaling.YaRN.magnitude(factor, all)
      : RopeScaling.YaRN.magnitude(factor)
    let given = try json.number("attention_factor") == nil ? standard : positive("attention_factor")
    // A beta of 0 is taken as absent, as there.
    func beta(_ key: String, _ absent: Double) throws -> Double {
      let value = try json.number(key) ?? 0
      return value == 0 ? absent : try positive(key)
    }
    return RopeScaling.YaRN(
      factor: factor, betaFast: try beta("beta_fast", 32), betaSlow: try beta("beta_slow", 1),
      originalContextLength: original, attentionFactor: given, truncates: try json.bool("truncate") ?? true)
  }

  private func longRope() throws -> RopeScaling {
    let original = try original()
    let factor =
      try json.number("factor") == nil ? Double(spec.contextLength) / Double(original) : positive("factor")
    let magnitude = RopeScaling.longRopeMagnitude(factor, original: original)
    let given = try json.number("attention_factor") == nil ? magnitude : positive("attention_factor")
    return .longRope(factors: try factors("short_factor"), attentionFactor: given)
  }

  private func factors(_ key: String) throws -> [Double] {
    let list = try json.required(key, try json.array(key))
    let factors = list.compactMap { value -> Double? in
      switch value {
      case .integer(let integer): Double(integer)
      case .number(let number): number
      default: nil
      }
    }
    guard factors.count == list.count, factors.count == width / 2, factors.allSatisfy({ $0.isFinite && $0 > 0 }) else {
      throw json.error(key, "is not \(width / 2) numbers above 0", remedy: "correct the value")
    }
    return factors
  }
}
