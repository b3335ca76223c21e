import Diagnostics
import Reading

extension CompressedTensors {
  private static let formats: Set<String> = [
    "pack-quantized", "int-quantized", "float-quantized", "naive-quantized", "dense", "mixed-precision",
  ]

  init(_ settings: JSONFile) throws {
    try Self.checkFormat(settings)
    if let sparsity = try settings.object("sparsity_config"), let format = try sparsity.string("format") {
      try sparsity.refuse("format", unless: format == "dense", "'\(format)' is not read; read: dense")
    }
    if let transform = try settings.object("transform_config"), let own = try transform.object("config_groups") {
      try transform.refuse(
        "config_groups", unless: own.members.keys.isEmpty, "asks for transforms of activations, which are not read")
    }
    let all = try settings.required("config_groups", try settings.object("config_groups"))
    var quantisesActivations = false
    groups = try all.members.keys.compactMap { key in
      // In its first form a group is a list of names with the scheme's.
      guard case .object? = all.members[key], let own = try all.object(key) else {
        throw all.error(key, "is not an object", remedy: Quantisation.dequantise)
      }
      try Self.checkFormat(own)
      if try own.object("input_activations") != nil { quantisesActivations = true }
      return try own.object("weights").map { try Group($0) }
    }
    self.quantisesActivations = quantisesActivations
  }

  private static func checkFormat(_ settings: JSONFile) throws {
    guard let format = try settings.string("format") else { return }
    try settings.refuse(
      "format", unless: formats.contains(format),
      "'\(format)' is not read; read: \(words: formats.sorted().joined(separator: ", "))")
  }
}

extension CompressedTensors.Group {
  fileprivate init(_ settings: JSONFile) throws {
    bits = try settings.required("num_bits", try settings.integer("num_bits", in: 1...8))
    let type = try settings.string("type") ?? "int"
    try settings.refuse("type", unless: ["int", "float"].contains(type), "'\(type)' is not read; read: int, float")
    isFloat = type == "float"
    try settings.refuse("num_bits", unless: !isFloat || bits == 8, "\(bits) bits of floats are not read; read: 8")
    isSymmetric = try settings.bool("symmetric") ?? true
    let size = try settings.groupSize(["group_size"])
    let isPerRow = try settings.integer("group_size") == -1
    let named = try settings.string("strategy")
    switch named ?? (size != nil ? "group" : isPerRow ? "channel" : "tensor") {
    case "tensor": strategy = .tensor
    case "channel": strategy = .channel
    case "group": strategy = .group(try settings.required("group_size", size))
    case "block":
      let block = try settings.required("block_structure", try settings.blockSize("block_structure"))
      strategy = .block(rows: block[0], columns: block[1])
    default:
      throw settings.error(
        "strategy", "'\(named ?? "")' is not read; read: tensor, channel, group, block", remedy: Quantisation.dequantise
      )
    }
  }
}
