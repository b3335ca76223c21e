import Diagnostics

/// What multiplies whole matrices, as converters store it beside NVFP4: `NAME.scale`, one number for `NAME.weight`.
///
/// llama.cpp multiplies the product by it (`build_lora_mm`), which is the same but for rounding. `NAME.input_scale` says how a processor may
/// round what the matrix is multiplied with; nothing is rounded here, so that it has no effect.
struct TensorScales {
  /// By the name of the matrix.
  private(set) var factors: [String: Float] = [:]
  /// The tensors that are such scales.
  private(set) var names: Set<String> = []

  /// - Throws: `InputError` for a scale that is not one finite number, and for scales of experts.
  init(_ tensors: [String: Tensor]) throws {
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      for ending in [".scale", ".input_scale"] where name.hasSuffix(ending) {
        let matrix = "\(name.dropLast(ending.count)).weight"
        guard tensors[matrix]?.shape.count != 3 else {
          throw InputError(
            tensor.file.path, field: name, "scales single experts, which is not supported",
            remedy: "quantise the model to another type, such as q8_0 or q4_K")
        }
        guard tensors[matrix]?.shape.count == 2, name.hasPrefix("blk.") || name.hasPrefix("output.") else { continue }
        guard tensor.shape == [1], let scale = tensor.decodeAll().first, scale.isFinite else {
          throw InputError(
            tensor.file.path, field: name, "is not one finite number, which multiplies \(matrix)",
            remedy: "convert the model again")
        }
        names.insert(name)
        if ending == ".scale" { factors[matrix] = scale }
      }
    }
  }
}
