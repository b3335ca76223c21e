import Diagnostics
import Reading

/// A quantised folder's tensors while they are joined: what a scheme takes goes into packed weights, what is left must be weights by itself.
struct StoredModules {
  static let again: ShownText = "download or save the model again, with all of its files"

  /// The folder.
  let path: String
  private(set) var arrays: [String: StoredArray]
  private(set) var packed: [String: Tensor] = [:]
  private(set) var notes: [String] = []

  init(_ arrays: [String: StoredArray], path: String) {
    self.path = path
    self.arrays = arrays
  }

  /// The paths of the modules that have a tensor of this name, sorted.
  func modules(with name: String) -> [String] {
    let ending = ".\(name)"
    return arrays.keys.filter { $0.hasSuffix(ending) }.map { String($0.dropLast(ending.count)) }.sorted()
  }

  func has(_ name: String) -> Bool { arrays[name] != nil }

  /// A tensor that belongs to a quantised weight.
  ///
  /// - Throws: `InputError` where it is not there, has none of these types, or another shape.
  mutating func take(_ name: String, _ types: [StoredType], shape: [Int]? = nil) throws -> StoredArray {
    guard let array = arrays.removeValue(forKey: name) else {
      throw InputError(
        path, field: name, "is missing, without which a quantised weight has no values", remedy: Self.again)
    }
    guard types.contains(array.type) else {
      let expected = types.map(\.rawValue).joined(separator: ", ")
      throw error(array, "has type '\(array.type.rawValue)', expected \(words: expected)")
    }
    if let shape, array.shape != shape { throw error(array, "has shape \(array.shape), its weight needs \(shape)") }
    return array
  }

  mutating func takeIfThere(_ name: String, _ types: [StoredType], shape: [Int]? = nil) throws -> StoredArray? {
    has(name) ? try take(name, types, shape: shape) : nil
  }

  /// Codes of a matrix.
  mutating func takeMatrix(_ name: String, _ types: [StoredType]) throws -> StoredArray {
    let array = try take(name, types)
    guard array.shape.count == 2, array.count > 0 else {
      throw error(
        array, "has shape \(array.shape), expected a matrix",
        remedy: array.shape.count == 3 ? Quantisation.dequantise : Self.again)
    }
    return array
  }

  mutating func put(_ weights: any PackedWeights, as name: String) throws {
    guard let codes = weights.parts.first else { return }
    guard !has(name), packed.updateValue(Tensor(name: name, packed: weights, file: codes.file), forKey: name) == nil
    else { throw error(codes, "holds '\(name)', which is there a second time") }
  }

  /// Leaves out the tensors with one of these names, which say nothing of weights.
  mutating func leaveOut(_ names: Set<Substring>, _ note: (Int) -> String) {
    let found = arrays.keys.filter { $0.split(separator: ".").last.map(names.contains) ?? false }
    for name in found { arrays[name] = nil }
    if !found.isEmpty { notes.append(note(found.count)) }
  }

  mutating func say(_ note: String) { notes.append(note) }

  func error(_ array: StoredArray, _ problem: ShownText, remedy: ShownText = again) -> InputError {
    InputError(array.file.path, field: array.name, problem, remedy: remedy)
  }

  /// All weights, once every scheme has taken its own.
  ///
  /// - Throws: `InputError` for a tensor that no weight took.
  func weights() throws -> [String: Tensor] {
    var weights = packed
    for (name, array) in arrays.sorted(by: { $0.key < $1.key }) {
      if let leftover = TensorLeftover(name), leftover.isOfQuantisation {
        throw error(
          array, "belongs to a quantised weight that is not there, or not in the form that config.json says")
      }
      guard let tensor = array.tensor else {
        throw error(
          array, "has type '\(array.type.rawValue)', and nothing beside it that gives its codes a value",
          remedy: "use the config.json and all files of the same save")
      }
      weights[name] = tensor
    }
    return weights
  }
}
