import CKernels
import Diagnostics

/// A weight of `load_in_8bit`: signed bytes, and the largest magnitude of each row. code · largest · (1/127), in this order, as
/// bitsandbytes' `int8_vectorwise_dequant` computes it in fp32. `llm_int8_threshold` changes activations alone.
struct Bitsandbytes8Bit: PackedWeights {
  let codes: StoredArray
  /// `SCB`, F32 [outputs].
  let largest: StoredArray

  /// bitsandbytes' constant, as torch rounds it.
  private static let reciprocal: Float = 7.874015718698502e-3

  init(_ module: String, _ modules: inout StoredModules) throws {
    codes = try modules.takeMatrix("\(module).weight", [.i8])
    largest = try modules.take("\(module).SCB", [.f32], shape: [codes.shape[0]])
    // 0 is row-major; the others are layouts of older GPUs.
    if let format = try modules.takeIfThere("\(module).weight_format", [.u8], shape: []),
      let code = format.integers().first, code != 0
    {
      throw modules.error(
        format, "is \(code), a layout that only bitsandbytes' older kernels read; 0, row by row, is read",
        remedy: "load the model and save it again with bitsandbytes 0.45 or newer")
    }
  }

  var scheme: String { "int8" }
  var rows: Int { codes.shape[0] }
  var columns: Int { codes.shape[1] }
  var parts: [StoredArray] { [codes, largest] }

  func decode(rows: Range<Int>, into output: UnsafeMutablePointer<Float>) {
    codes.decode(rows.lowerBound * columns..<rows.upperBound * columns, into: output)
    withFloats(rows.count) { scales in
      largest.decode(rows, into: scales)
      for position in 0..<rows.count {
        let row = output + position * columns
        hf_scale_groups(row, columns, columns, scales + position, nil)
        withUnsafePointer(to: Self.reciprocal) { hf_scale_groups(row, columns, columns, $0, nil) }
      }
    }
  }
}
