import Diagnostics
import Reading

/// How a folder's weights are quantised, as its config.json says.
enum Quantisation: Sendable, Equatable {
  case bitsandbytes
  case fp8(FP8)
  case compressedTensors(CompressedTensors)
  case gptq(GPTQ)
  case awq(AWQ)
  case mlx(MLX)

  /// The weights of a folder, with those that are quantised joined from their parts.
  ///
  /// - Throws: `InputError` for a part that is missing, misshapen, of another type, or left over.
  func weights(_ arrays: [String: StoredArray], path: String) throws -> (tensors: [String: Tensor], notes: [String]) {
    var modules = StoredModules(arrays, path: path)
    switch self {
    case .bitsandbytes: try Bitsandbytes.join(&modules)
    case .fp8(let fp8): try fp8.join(&modules)
    case .compressedTensors(let tensors): try tensors.join(&modules)
    case .gptq(let gptq): try gptq.join(&modules)
    case .awq(let awq): try awq.join(&modules)
    case .mlx(let mlx): try mlx.join(&modules)
    }
    modules.leaveOut(activationNames) {
      "\($0) tensors that say how a server quantises activations or its cache are left out: both are float32 here"
    }
    if quantisesActivations {
      modules.say("its servers may compute with activations of 8 bits too: here they are float32")
    }
    return (try modules.weights(), modules.notes)
  }

  private var quantisesActivations: Bool {
    switch self {
    case .fp8: true
    case .compressedTensors(let tensors): tensors.quantisesActivations
    default: false
    }
  }

  private var activationNames: Set<Substring> {
    switch self {
    case .fp8: FP8.activationNames.union(["k_scale", "v_scale"])
    case .compressedTensors: CompressedTensors.activationNames
    default: []
    }
  }

  /// What the values of the weights depend on beside the bytes of the weight files.
  var canonical: [String] {
    func size(_ size: Int?) -> String { size.map { "\($0)" } ?? "all" }
    switch self {
    case .bitsandbytes: return ["bitsandbytes"]
    case .fp8(let fp8): return ["fp8", fp8.block.map { "\($0[0])x\($0[1])" } ?? "none", "\(fp8.hasExponentScales)"]
    case .compressedTensors(let tensors): return ["compressed-tensors"] + tensors.groups.map(\.canonical)
    case .gptq(let gptq):
      return ["gptq", "\(gptq.bits)", size(gptq.groupSize), gptq.isSecondFormat ? "v2" : "v1"]
    case .awq(let awq): return ["awq", size(awq.groupSize)]
    case .mlx(let mlx):
      let own = mlx.exceptions.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value.canonical] }
      return ["mlx", mlx.form.canonical] + own
    }
  }
}

extension MLX.Form {
  fileprivate var canonical: String { "\(bits):\(groupSize)" }
}

extension CompressedTensors.Group {
  fileprivate var canonical: String {
    let scales =
      switch strategy {
      case .tensor: "tensor"
      case .channel: "channel"
      case .group(let size): "group \(size)"
      case .block(let rows, let columns): "block \(rows)x\(columns)"
      }
    return "\(bits):\(isFloat ? "float" : "int"):\(isSymmetric ? "symmetric" : "asymmetric"):\(scales)"
  }
}
