import CKernels
import Foundation

/// What storing a matrix in a type makes of its values, where that is one rule: what `WeightEncoding` writes, as it is read again.
package enum StorageRounding {
  /// The values as they come back.
  ///
  /// - Parameter columns: of a row; blocks lie within rows.
  /// - Returns: nil where the type leaves quantisers a choice, such as the K types, or cannot hold the values.
  package static func rounded(_ values: [Float], columns: Int, as type: ElementType) -> [Float]? {
    guard WeightEncoding.types.contains(type), columns % type.weightsPerBlock == 0 else { return nil }
    guard type != .f32 else { return values }
    let encoding = WeightEncoding(type: type, file: "", remedy: "")
    let stored = try? values.withUnsafeBufferPointer { try encoding.encoded($0, of: "", from: 0) }
    return stored?.withUnsafeBytes { bytes in
      [Float](unsafeUninitializedCapacity: values.count) { buffer, count in
        if let from = bytes.baseAddress, let to = buffer.baseAddress {
          hf_dequantise(type.ggmlCode, from, to, values.count)
        }
        count = values.count
      }
    }
  }

  /// The smallest plain type that holds every value as it is: weights that were rounded before they were saved in a larger one.
  package static func precision(of values: [Float]) -> ElementType {
    if values.allSatisfy({ $0.bitPattern & 0xffff == 0 }) { return .bf16 }
    func areHalves(_ values: [Float]) -> Bool { rounded(values, columns: values.count, as: .f16) == values }
    // Nearly all that are none show it at once.
    return areHalves(Array(values.prefix(64))) && areHalves(values) ? .f16 : .f32
  }

  /// By how much a type whose rounding is not computed moves weights at most, ‖F - W‖ / ‖W‖: twice what it does to normally distributed weights
  /// (`Scripts/peers/storage_rounding.py`), as quantisers weigh some more than others.
  package static func limit(_ type: ElementType) -> Double {
    switch type {
    case .f32: 1e-5
    case .f16: 1e-3
    case .bf16: 4e-3
    case .q8_0: 0.012
    case .q6_K: 0.04
    case .q5_0, .q5_1, .q5_K: 0.09
    case .q4_0, .q4_1, .q4_K, .iq4_nl, .iq4_xs: 0.19
    case .mxfp4, .nvfp4: 0.25
    case .q3_K, .iq3_s, .iq3_xxs: 0.37
    case .q2_K, .iq2_s, .iq2_xs, .iq2_xxs: 0.7
    case .iq1_s, .iq1_m: 1
    case .tq1_0, .tq2_0: 1.6
    }
  }

  /// The same of a quantised folder's scheme, such as `nf4` or `gptq-4bit`: by its bits, as each has scales of its own.
  package static func limit(ofScheme scheme: String) -> Double {
    if scheme.contains("fp8") { return 0.08 }
    let digits = scheme.split { !$0.isNumber }.compactMap { Int($0) }
    return switch digits.first(where: { (2...8).contains($0) }) ?? 4 {
    case 8: 0.03
    case 5...7: 0.1
    case 4: 0.3
    case 3: 0.5
    default: 1
    }
  }
}
