/// How a tensor's weights are stored: plain floats, or GGML's quantised blocks.
///
/// Block layouts: ggml's `ggml-common.h`; the decoding is in `CKernels/dequantise.c`.
package enum ElementType: String, Sendable, CaseIterable {
  case f32, f16, bf16
  case q4_0, q4_1, q5_0, q5_1, q8_0
  case q4_K, q5_K, q6_K

  /// Weights that share one block; 1 for plain floats. A row is a whole number of blocks.
  package var weightsPerBlock: Int {
    switch self {
    case .f32, .f16, .bf16: 1
    case .q4_0, .q4_1, .q5_0, .q5_1, .q8_0: 32
    case .q4_K, .q5_K, .q6_K: 256
    }
  }

  /// Bytes of one block.
  package var bytesPerBlock: Int {
    switch self {
    case .f32: 4
    case .f16, .bf16: 2
    case .q4_0: 18
    case .q4_1: 20
    case .q5_0: 22
    case .q5_1: 24
    case .q8_0: 34
    case .q4_K: 144
    case .q5_K: 176
    case .q6_K: 210
    }
  }

  /// GGML's number of the type, which both GGUF files and `hf_dequantise` use.
  package var ggmlCode: Int32 {
    switch self {
    case .f32: 0
    case .f16: 1
    case .q4_0: 2
    case .q4_1: 3
    case .q5_0: 6
    case .q5_1: 7
    case .q8_0: 8
    case .q4_K: 12
    case .q5_K: 13
    case .q6_K: 14
    case .bf16: 30
    }
  }

  /// The type with GGML's number `code`, where it is one that this reader decodes.
  init?(ggmlCode code: UInt32) {
    guard let type = Self.allCases.first(where: { UInt32($0.ggmlCode) == code }) else { return nil }
    self = type
  }

  /// A float type can hold NaN or infinity in a weight; a quantised one only in a block's scale.
  package var isFloat: Bool { weightsPerBlock == 1 }

  /// The name of GGML's type `code`, for messages about types that are not decoded.
  static func ggmlName(_ code: UInt32) -> String {
    if let type = Self(ggmlCode: code) { return type.rawValue }
    let names: [UInt32: String] = [
      9: "q8_1", 10: "q2_K", 11: "q3_K", 15: "q8_K", 16: "iq2_xxs", 17: "iq2_xs", 18: "iq3_xxs", 19: "iq1_s",
      20: "iq4_nl", 21: "iq3_s", 22: "iq2_s", 23: "iq4_xs", 24: "i8", 25: "i16", 26: "i32", 27: "i64", 28: "f64",
      29: "iq1_m", 34: "tq1_0", 35: "tq2_0", 39: "mxfp4",
    ]
    return names[code] ?? "number \(code)"
  }
}
