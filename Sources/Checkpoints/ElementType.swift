/// How a tensor's weights are stored: plain floats, or GGML's quantised blocks.
///
/// Block layouts: ggml's `ggml-common.h`; the decoding is in `CKernels`, from `dequantise.c` on.
package enum ElementType: String, Sendable, CaseIterable {
  case f32, f16, bf16
  case q4_0, q4_1, q5_0, q5_1, q8_0
  case q2_K, q3_K, q4_K, q5_K, q6_K
  /// Indices into grids of a few numbers; iq4 into sixteen numbers.
  case iq1_s, iq1_m, iq2_xxs, iq2_xs, iq2_s, iq3_xxs, iq3_s, iq4_nl, iq4_xs
  /// -1, 0 and 1 times a scale.
  case tq1_0, tq2_0
  /// Four-bit floats: OCP's with a power of two for 32 of them, NVIDIA's with an eight-bit float for 16.
  case mxfp4, nvfp4

  /// Weights that share one block; 1 for plain floats. A row is a whole number of blocks.
  package var weightsPerBlock: Int {
    switch self {
    case .f32, .f16, .bf16: 1
    case .q4_0, .q4_1, .q5_0, .q5_1, .q8_0, .iq4_nl, .mxfp4: 32
    case .nvfp4: 64
    case .q2_K, .q3_K, .q4_K, .q5_K, .q6_K, .iq1_s, .iq1_m, .iq2_xxs, .iq2_xs, .iq2_s, .iq3_xxs, .iq3_s, .iq4_xs,
      .tq1_0, .tq2_0:
      256
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
    case .q2_K: 84
    case .q3_K: 110
    case .q4_K: 144
    case .q5_K: 176
    case .q6_K: 210
    case .iq1_s: 50
    case .iq1_m: 56
    case .iq2_xxs: 66
    case .iq2_xs: 74
    case .iq2_s: 82
    case .iq3_xxs: 98
    case .iq3_s: 110
    case .iq4_nl: 18
    case .iq4_xs: 136
    case .tq1_0: 54
    case .tq2_0: 66
    case .mxfp4: 17
    case .nvfp4: 36
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
    case .q2_K: 10
    case .q3_K: 11
    case .q4_K: 12
    case .q5_K: 13
    case .q6_K: 14
    case .iq2_xxs: 16
    case .iq2_xs: 17
    case .iq3_xxs: 18
    case .iq1_s: 19
    case .iq4_nl: 20
    case .iq3_s: 21
    case .iq2_s: 22
    case .iq4_xs: 23
    case .iq1_m: 29
    case .bf16: 30
    case .tq1_0: 34
    case .tq2_0: 35
    case .mxfp4: 39
    case .nvfp4: 40
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
      4: "q4_2", 5: "q4_3", 9: "q8_1", 15: "q8_K", 24: "i8", 25: "i16", 26: "i32", 27: "i64", 28: "f64",
      31: "q4_0_4_4", 32: "q4_0_4_8", 33: "q4_0_8_8", 36: "iq4_nl_4_4", 37: "iq4_nl_4_8", 38: "iq4_nl_8_8",
      41: "q1_0", 42: "q2_0",
    ]
    return names[code] ?? "number \(code)"
  }
}
