import Diagnostics
import Reading

extension Quantisation {
  static let dequantise: ShownText =
    "use the model that it was made of, or load it with transformers, model.dequantize() and save_pretrained(OUT)"

  /// What config.json says; nil where nothing is quantised.
  ///
  /// - Throws: `InputError` naming the key that is not supported, or of another kind than its library writes.
  static func read(_ json: JSONFile) throws -> Quantisation? {
    // compression_config is what compressed-tensors called it at first.
    let keys = ["quantization_config", "compression_config", "quantization"]
    // An empty object says as little as null, as for other switches of config.json.
    let found = try keys.compactMap { key in try json.object(key).map { (key, $0) } }.filter {
      !$0.1.members.keys.isEmpty
    }
    guard let (key, settings) = found.first else { return nil }
    if let method = try method(settings) { return try read(method, settings) }
    guard key != "compression_config", settings.members["group_size"] != nil, settings.members["bits"] != nil else {
      throw json.error(key, "has no quant_method", remedy: "use the config.json that was saved with these weights")
    }
    return .mlx(try MLX(settings))
  }

  private static func method(_ settings: JSONFile) throws -> String? {
    if let method = try settings.string("quant_method") { return method }
    // transformers before 4.34 wrote no method.
    let isBitsandbytes = try settings.bool("load_in_4bit") ?? false || settings.bool("load_in_8bit") ?? false
    return isBitsandbytes ? "bitsandbytes" : nil
  }

  private static func read(_ method: String, _ settings: JSONFile) throws -> Quantisation {
    // The tensors decide which modules are quantised: these lists only have to be lists.
    for key in ["modules_to_not_convert", "llm_int8_skip_modules", "ignore", "ignored_layers"] {
      _ = try settings.strings(key)
    }
    switch method {
    case "bitsandbytes":
      if let type = try settings.string("bnb_4bit_quant_type"), !BitsandbytesState.types.contains(type) {
        throw settings.error("bnb_4bit_quant_type", "'\(type)' is not read; read: nf4, fp4", remedy: dequantise)
      }
      return .bitsandbytes
    case "fp8", "fbgemm_fp8": return .fp8(try FP8(settings, isFbgemm: method == "fbgemm_fp8"))
    case "compressed-tensors": return .compressedTensors(try CompressedTensors(settings))
    case "gptq": return .gptq(try GPTQ(settings))
    case "awq": return .awq(try AWQ(settings))
    default:
      let remedy: ShownText =
        method == "mxfp4"
        ? "load it with transformers and quantization_config=Mxfp4Config(dequantize=True), and save_pretrained(OUT)"
        : dequantise
      throw settings.error(
        "quant_method",
        "'\(method)' is not read; read: bitsandbytes, fp8, fbgemm_fp8, compressed-tensors, gptq, awq", remedy: remedy)
    }
  }
}

extension FP8 {
  fileprivate init(_ settings: JSONFile, isFbgemm: Bool) throws {
    for key in ["fmt", "weight_format"] {
      if let format = try settings.string(key) {
        try settings.refuse(key, unless: format == "e4m3", "'\(format)' is not read; read: e4m3")
      }
    }
    block = isFbgemm ? nil : try settings.blockSize("weight_block_size")
    let scale = try settings.string("scale_fmt")
    hasExponentScales = scale == "ue8m0"
    if let scale {
      try settings.refuse(
        "scale_fmt", unless: ["ue8m0", "float"].contains(scale), "'\(scale)' is not read; read: float, ue8m0")
    }
  }
}

extension GPTQ {
  fileprivate init(_ settings: JSONFile) throws {
    let bits = try settings.required("bits", try settings.integer("bits"))
    try settings.refuse("bits", unless: [2, 3, 4, 8].contains(bits), "\(bits) is not read; read: 2, 3, 4, 8")
    self.bits = bits
    groupSize = try settings.groupSize(["group_size"])
    var format = "gptq"
    for key in ["format", "checkpoint_format"] {
      guard let named = try settings.string(key) else { continue }
      try settings.refuse(
        key, unless: ["gptq", "gptq_v2"].contains(named), "'\(named)' is not read; read: gptq, gptq_v2")
      format = named
    }
    isSecondFormat = format == "gptq_v2"
    try settings.refuse(
      "is_marlin_format", unless: try settings.bool("is_marlin_format") != true, "true is not read")
    if let dynamic = try settings.object("dynamic") {
      try settings.refuse(
        "dynamic", unless: dynamic.members.keys.allSatisfy { $0.hasPrefix("-:") },
        "gives some modules other bits or groups than the rest, which is not read")
    }
  }
}

extension AWQ {
  fileprivate init(_ settings: JSONFile) throws {
    for key in ["bits", "w_bit"] {
      if let bits = try settings.integer(key) {
        try settings.refuse(key, unless: bits == 4, "\(bits) is not read; read: 4")
      }
    }
    for key in ["version", "format", "checkpoint_format"] {
      if let version = try settings.string(key)?.lowercased() {
        try settings.refuse(key, unless: version == "gemm", "'\(version)' is not read; read: gemm")
      }
    }
    try settings.refuse("zero_point", unless: try settings.bool("zero_point") != false, "false is not read")
    groupSize = try settings.groupSize(["group_size", "q_group_size"])
  }
}

extension MLX {
  fileprivate init(_ settings: JSONFile) throws {
    form = try Form(settings)
    var exceptions: [String: Form] = [:]
    for key in settings.members.keys {
      guard case .object? = settings.members[key], let own = try settings.object(key) else { continue }
      exceptions[key] = try Form(own)
    }
    self.exceptions = exceptions
  }
}

extension MLX.Form {
  fileprivate init(_ settings: JSONFile) throws {
    if let mode = try settings.string("mode") {
      try settings.refuse("mode", unless: mode == "affine", "'\(mode)' is not read; read: affine")
    }
    bits = try settings.required("bits", try settings.integer("bits", in: 2...8))
    try settings.refuse("bits", unless: bits != 7, "7 is not read; read: 2, 3, 4, 5, 6, 8")
    groupSize = try settings.required("group_size", try settings.integer("group_size", in: 1...1 << 24))
  }
}
