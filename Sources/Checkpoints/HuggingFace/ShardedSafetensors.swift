import Diagnostics
import Foundation
import Reading

/// The weights of a Hugging Face folder: model.safetensors, or the shards that model.safetensors.index.json lists.
struct HuggingFaceWeights {
  /// Sorted by file name.
  let files: [MappedFile]
  let arrays: [String: StoredArray]

  /// Opens the weights in `folder`. Throws `InputError` where there are none, two answers, or an index that does not fit its shards.
  ///
  /// - Parameters:
  ///   - ignored: ends of names of tensors that are left out, whatever their type.
  ///   - isQuantised: whether there may be codes among the tensors.
  init(_ folder: URL, ignoring ignored: [String] = [], isQuantised: Bool = false) throws {
    let single = folder.appendingPathComponent("model.safetensors")
    let index = folder.appendingPathComponent("model.safetensors.index.json")
    switch (Self.exists(single), Self.exists(index)) {
    case (true, false):
      let file = try SafetensorsFile(single, ignoring: ignored, withCodes: isQuantised)
      files = [file.file]
      arrays = file.arrays
    case (false, true):
      (files, arrays) = try Self.sharded(index, in: folder, ignored, isQuantised)
    case (true, true):
      throw InputError(
        folder.path, "has both model.safetensors and model.safetensors.index.json", remedy: "remove the stale one")
    case (false, false):
      let found = FolderLeftover(at: folder)
      throw InputError(
        folder.path,
        "has neither model.safetensors nor model.safetensors.index.json" + (found.map { ", but \($0.finding)" } ?? ""),
        remedy: found?.remedy ?? "give the folder that holds the weights")
    }
  }

  static func exists(_ url: URL) -> Bool { FileManager.default.fileExists(atPath: url.path) }

  private static func sharded(
    _ index: URL, in folder: URL, _ ignored: [String], _ isQuantised: Bool
  ) throws -> ([MappedFile], [String: StoredArray]) {
    let json = try JSONFile(index)
    let map = try json.required("weight_map", try json.object("weight_map"))
    var shardOf: [String: String] = [:]
    for name in map.members.keys where !ignored.contains(where: name.hasSuffix) {
      let shard = try map.required(name, try map.string(name))
      // Only a plain name stays inside the folder.
      guard shard.hasSuffix(".safetensors"), !shard.hasPrefix("."), !shard.contains(where: { "/\\\0".contains($0) })
      else {
        throw map.error(
          name, "names '\(shard)', which is not a plain .safetensors file name", remedy: "get the index again")
      }
      guard shardOf.updateValue(shard, forKey: name) == nil else {
        throw map.error(name, "occurs twice", remedy: "get the index again")
      }
    }
    var files: [MappedFile] = []
    var arrays: [String: StoredArray] = [:]
    for shard in Set(shardOf.values).sorted() {
      let file = try SafetensorsFile(folder.appendingPathComponent(shard), ignoring: ignored, withCodes: isQuantised)
      for (name, array) in file.arrays {
        guard shardOf[name] == shard else {
          throw InputError(
            file.file.path, field: name, "is in this shard, but the index does not say so",
            remedy: "get the index and the shards again, from the same version")
        }
        arrays[name] = array
      }
      files.append(file.file)
    }
    if let absent = shardOf.keys.sorted().first(where: { arrays[$0] == nil }) {
      throw map.error(
        absent, "is not in the shard that the index names",
        remedy: "get the index and the shards again, from the same version")
    }
    return (files, arrays)
  }
}
