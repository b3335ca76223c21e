import CKernels
import Diagnostics

/// A model's weights with its adapter merged in, in fp32, one weight at a time and the same bits on every processor: W + scale · B A, biases with
/// `lora_bias`, and whatever else the adapter's own checkpoint makes of them.
///
/// What peft's `merge_and_unload` gives in fp32, to rounding: each row of B A is a chain of fused multiply-adds in the order of the rank.
package struct MergedWeights: Sendable {
  package let checkpoint: Checkpoint
  /// nil for the checkpoint as it is.
  package let adapter: Adapter?
  /// By the weight's name.
  private let modules: [String: AdapterModule]
  /// What `lora_bias` adds to biases, by their names.
  private let biases: [String: [Float]]

  /// - Parameter checkpoint: the adapter's own, with what it replaces.
  package init(_ checkpoint: Checkpoint, adapter: Adapter?) {
    self.checkpoint = checkpoint
    self.adapter = adapter
    modules = Dictionary(
      (adapter?.modules ?? []).map { ("\($0.path).weight", $0) }, uniquingKeysWith: { first, _ in first })
    biases = Dictionary(
      (adapter?.modules ?? []).compactMap { module in
        module.bias.map { ("\(module.path).bias", $0.map { $0 * module.scale }) }
      }, uniquingKeysWith: { first, _ in first })
  }

  /// A bias that the adapter adds where its model has none, which no merged weights of this architecture can have; nil for none.
  package var homelessBias: String? {
    biases.keys.sorted().first { checkpoint.tensors.tensor($0) == nil }
  }

  /// Every weight, in the order of the layers.
  package var places: [WeightPlace] { checkpoint.configuration.decoder.weights }

  /// A weight's values, row-major, matrices [outputs, inputs] with rows in Hugging Face's order.
  ///
  /// - Throws: `InputError` where the checkpoint has no such weight, or the merged values are not finite.
  package func values(of name: String) throws -> [Float] {
    guard let tensor = checkpoint.tensors.tensor(name) else {
      throw InputError(checkpoint.path, field: name, "the tensor is missing", remedy: "the checkpoint is incomplete")
    }
    var values = tensor.decodeAll()
    if let bias = biases[name] {
      for index in values.indices { values[index] += bias[index] }
    } else if let module = modules[name] {
      Self.add(module, to: &values, columns: tensor.columns)
    } else if tensor.change == nil {
      return values
    }
    if let index = values.firstIndex(where: { !$0.isFinite }) {
      throw InputError(
        adapter?.path ?? checkpoint.path, field: name, "the merged weight is not finite at \(index)",
        remedy: "the training run diverged: use an earlier checkpoint")
    }
    return values
  }

  private static func add(_ module: AdapterModule, to values: inout [Float], columns: Int) {
    let a = module.a.decodeAll()
    let b = module.b.decodeAll()
    let rank = module.rank
    values.withUnsafeMutableBufferPointer { values in
      a.withUnsafeBufferPointer { a in
        guard let to = values.baseAddress, let from = a.baseAddress else { return }
        for row in 0..<module.b.rows {
          for index in 0..<rank {
            hf_add_scaled(
              to + row * columns, from + index * columns, module.scale * b[row * rank + index], columns)
          }
        }
      }
    }
  }
}
