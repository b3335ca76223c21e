import Diagnostics
import Foundation
import Reading

/// A model that llama.cpp's gguf-split cut into several files: the first has the metadata, and each has tensors of its own and the keys
/// `split.no` (from 0), `split.count` and `split.tensors.count` (of all parts).
extension GGUFFile {
  private struct Split {
    let number, count, tensors: Int
  }

  /// The metadata of the model that a file is, or is a part of; the weights of other parts need not be there.
  ///
  /// - Throws: `InputError` for a damaged file, and for a part whose first part is missing.
  package static func metadata(_ url: URL) throws -> GGUFMetadata {
    let given = try GGUFFile(part: url)
    guard let split = try given.split(), split.number > 0 else { return given.metadata }
    return try given.part(0, split, try given.partName(split)).metadata
  }

  /// The file itself, or the model that it is a part of.
  ///
  /// - Throws: `InputError` naming the part that is missing, or that does not belong to the others.
  func whole() throws -> GGUFFile {
    guard let split = try split() else { return self }
    let name = try partName(split)
    let parts = try (0..<split.count).map { $0 == split.number ? self : try part($0, split, name) }
    let first = parts[0]
    var tensors: [String: Tensor] = [:]
    for part in parts {
      for key in part.metadata.keys where !part.metadata.isSame(key, as: first.metadata) {
        throw InputError(
          part.file.path, field: key, "is not as in \(first.file.name): they are parts of different models",
          remedy: Self.partRemedy)
      }
      for (tensorName, tensor) in part.tensors.sorted(by: { $0.key < $1.key }) {
        guard let other = tensors.updateValue(tensor, forKey: tensorName) else { continue }
        throw InputError(
          part.file.path, field: tensorName, "is in \(other.file.name) too: they are parts of different models",
          remedy: Self.partRemedy)
      }
    }
    guard tensors.count == split.tensors else {
      throw InputError(
        first.file.path, field: "split.tensors.count",
        "is \(split.tensors), the \(split.count) parts hold \(tensors.count) tensors", remedy: Self.partRemedy)
    }
    return GGUFFile(files: parts.map(\.file), metadata: first.metadata, tensors: tensors)
  }

  private static let partRemedy: ShownText = "download the parts again, all from the same place"

  /// Which part of how many this file is; nil for a whole model.
  private func split() throws -> Split? {
    guard let count = try metadata.integer("split.count"), count > 1 else { return nil }
    func required(_ key: String) throws -> Int {
      guard let value = try metadata.integer(key) else {
        throw InputError(
          file.path, field: key, "is missing from a part of \(count)", remedy: "split the model again"
        )
      }
      return value
    }
    return Split(number: try required("split.no"), count: count, tensors: try required("split.tensors.count"))
  }

  private static let merge: ShownText = "merge them with llama-gguf-split --merge FIRST OUT"

  /// The file's name, which has to say what the metadata say: by it the other parts are found.
  private func partName(_ split: Split) throws -> GGUFPartName {
    guard let name = GGUFPartName(file.name) else {
      throw InputError(
        file.path,
        "is part \(split.number + 1) of a model in \(split.count) files, and its name does not say where the others are",
        remedy:
          "name it NAME-\(fiveDigits(split.number + 1))-of-\(fiveDigits(split.count)).gguf, or \(Self.merge)"
      )
    }
    for (key, value, named) in [("split.count", split.count, name.count), ("split.no", split.number, name.number - 1)]
    where value != named {
      throw InputError(
        file.path, field: key, "is \(value), its name says \(named)",
        remedy: "give the file its own name back, or download it again")
    }
    return name
  }

  /// Opens the part with `split.no` `number` beside this one.
  private func part(_ number: Int, _ split: Split, _ name: GGUFPartName) throws -> GGUFFile {
    let url = file.url.deletingLastPathComponent().appendingPathComponent(name.name(of: number + 1))
    guard FileManager.default.fileExists(atPath: url.path) else {
      throw InputError(
        url.path, "is missing: \(file.name) is part \(split.number + 1) of \(split.count)",
        remedy: "download all parts into one folder, or where they are \(Self.merge)")
    }
    let part = try GGUFFile(part: url)
    guard let own = try part.split() else {
      throw InputError(
        url.path, field: "split.count", "does not say that the file is a part, as \(file.name) does",
        remedy: Self.partRemedy)
    }
    _ = try part.partName(own)
    guard own.tensors == split.tensors else {
      throw InputError(
        url.path, field: "split.tensors.count",
        "is \(own.tensors), \(file.name) says \(split.tensors): they are parts of different models",
        remedy: Self.partRemedy)
    }
    return part
  }
}

extension MappedFile {
  fileprivate var name: String { url.lastPathComponent }
}

extension GGUFMetadata {
  /// What is said of a part alone, or compared elsewhere.
  private static let ofParts: Set<String> = [
    "split.no", "split.count", "split.tensors.count", "general.alignment",
  ]

  /// Whether a part's entry is the first part's.
  fileprivate func isSame(_ key: String, as first: GGUFMetadata) -> Bool {
    guard !Self.ofParts.contains(key), let mine = entries[key] else { return true }
    guard let theirs = first.entries[key], mine.type == theirs.type, mine.count == theirs.count else { return false }
    return file.bytes[mine.bytes].elementsEqual(first.file.bytes[theirs.bytes])
  }
}
