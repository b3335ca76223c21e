import Checkpoints
import Diagnostics

extension Checkpoint {
  /// The same with some of its weights as another checkpoint has them, bit for bit; both stay where they are in memory.
  ///
  /// - Throws: `InputError` where the two differ in the names or shapes of their weights.
  package func restoring(_ weights: Set<String>, from base: Checkpoint) throws -> Checkpoint {
    for name in Set(tensors.names).union(base.tensors.names).sorted()
    where tensors.tensor(name)?.shape != base.tensors.tensor(name)?.shape {
      throw InputError(
        path, field: name, "has another shape than the base's (\(base.path))",
        remedy: "name the model that it was tuned from as base")
    }
    return Checkpoint(
      path: path, format: format, configuration: configuration,
      tensors: RestoredTensors(tuned: tensors, base: base.tensors, restored: weights), tokenizer: tokenizer,
      weightFiles: weightFiles + base.weightFiles, tokenizerFiles: tokenizerFiles)
  }
}

private struct RestoredTensors: TensorSource {
  let tuned: any TensorSource
  let base: any TensorSource
  let restored: Set<String>

  var names: [String] { tuned.names }
  var path: String { tuned.path }
  var byteCount: Int { tuned.byteCount }

  func tensor(_ name: String) -> Tensor? { restored.contains(name) ? base.tensor(name) : tuned.tensor(name) }
}
