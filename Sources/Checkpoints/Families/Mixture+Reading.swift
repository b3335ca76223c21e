import Diagnostics
import Reading

extension Mixture {
  /// What a family calls the modules of its experts.
  struct Names {
    var router: String
    /// Before an expert's number.
    var experts: String
    /// Within an expert.
    var gate = "gate_proj"
    var up = "up_proj"
    var down = "down_proj"
  }

  /// Qwen's and OLMoE's names.
  static let usualNames = Names(router: "mlp.gate", experts: "mlp.experts")
  /// As transformers 5 holds all experts in memory, which some files keep.
  static let stacksInMemory = [
    Stack("mlp.experts.gate_up_proj", [.gate, .up]), Stack("mlp.experts.down_proj", [.down]),
  ]

  /// Reads how many experts there are and how many a row goes through, and checks them.
  ///
  /// - Parameters:
  ///   - experts, chosen: what the class takes where `num_experts` (or `num_local_experts`) or `num_experts_per_tok` is absent.
  ///   - width: the key of an expert's width, and its value.
  ///   - isSparse: by layer; nil for all.
  init(
    _ json: JSONFile, _ spec: DecoderSpec, experts: Int, chosen: Int, width: (key: String, value: Int),
    normalises: Bool, isSparse: [Bool]? = nil, names: Names = usualNames, stacks: [Stack] = stacksInMemory
  ) throws {
    // transformers 5 writes one family's number under the other's key.
    let keys = ["num_experts", "num_local_experts"].filter { json.members[$0] ?? .null != .null }
    let counts = try keys.compactMap { try json.integer($0) }
    let (key, count) = (keys.first ?? "num_experts", counts.first ?? experts)
    func refuse(_ key: String, _ problem: ShownText) -> InputError {
      json.error(key, problem, remedy: "correct the value or convert the model again")
    }
    guard counts.allSatisfy({ $0 == count }) else {
      throw refuse("num_experts", "is \(count), num_local_experts another number")
    }
    guard (1...4096).contains(count), count * spec.layerCount <= 1 << 16 else {
      throw refuse(key, "is \(count), expected 1 to \(min(4096, (1 << 16) / spec.layerCount))")
    }
    let perRow = try json.integer("num_experts_per_tok") ?? chosen
    guard (1...count).contains(perRow) else {
      throw refuse("num_experts_per_tok", "is \(perRow), expected 1 to \(count)")
    }
    guard (1...1 << 22).contains(width.value) else {
      throw refuse(width.key, "is \(width.value), expected 1 to \(1 << 22)")
    }
    expertCount = count
    chosenCount = perRow
    self.width = width.value
    self.normalises = normalises
    self.isSparse = isSparse ?? Array(repeating: true, count: spec.layerCount)
    router = LinearModule(names.router, [.router])
    self.experts = [(names.gate, Projection.gate), (names.up, .up), (names.down, .down)].map { name, projection in
      LinearModule("\(names.experts).{expert}.\(name)", [projection], width: width.value)
    }
    self.stacks = stacks
  }
}

extension JSONFile {
  /// Which layers are sparse by `decoder_sparse_step` and `mlp_only_layers` (Qwen's rule).
  func sparseLayers(_ count: Int) throws -> [Bool] {
    let step = try integer("decoder_sparse_step") ?? 1
    guard step > 0 else {
      throw error("decoder_sparse_step", "is \(step), expected 1 or more", remedy: "correct the value")
    }
    let dense = try integers("mlp_only_layers") ?? []
    if let outside = dense.first(where: { !(0..<count).contains($0) }) {
      throw error("mlp_only_layers", "names layer \(outside) of \(count)", remedy: "correct the value")
    }
    return (0..<count).map { ($0 + 1) % step == 0 && !dense.contains($0) }
  }
}
