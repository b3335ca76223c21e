import Diagnostics
import Foundation
import Reading

/// What a path that the user gave holds.
package enum CheckpointKind: Sendable, Equatable {
  case gguf
  case huggingFace
  case adapter
  /// The `checkpoint-N` folders inside, by ascending N.
  case series([String])

  /// Looks at `path` without reading weights; of a GGUF file, its own header and those of its other parts.
  ///
  /// A folder with config.json or adapter_config.json is one checkpoint; otherwise its `checkpoint-*` children are a series. A GGUF file is
  /// a model or a LoRA. Throws `InputError` naming what was expected.
  package static func of(_ path: String) throws -> CheckpointKind {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw InputError(path, "does not exist", remedy: "check the path")
    }
    guard isFolder.boolValue else { return try ofFile(path) }
    let children: [String]
    do {
      children = try FileManager.default.contentsOfDirectory(atPath: path)
    } catch {
      throw InputError(path, "cannot be listed", remedy: "check the folder's permissions")
    }
    if children.contains("adapter_config.json") {
      guard !children.contains(where: { $0 == "model.safetensors" || $0 == "model.safetensors.index.json" }) else {
        throw InputError(
          path, "holds both a whole model and an adapter", remedy: "keep one of them, or move the adapter to a folder")
      }
      return .adapter
    }
    if children.contains("config.json") { return .huggingFace }
    let series = CheckpointSeries(path, children)
    guard !series.paths.isEmpty else {
      try refuseSeveral(path, children.sorted())
      let found = FolderLeftover(path, children.sorted())
      throw InputError(
        path,
        "has neither config.json nor adapter_config.json nor checkpoint-* folders"
          + (found.map { ", but \($0.finding)" } ?? ""),
        remedy: found?.remedy ?? "give a .gguf file, a model or adapter folder, or a folder of checkpoints")
    }
    return .series(series.paths)
  }

  /// Refuses a folder that peft saved several adapters into, each in a folder by its name.
  private static func refuseSeveral(_ path: String, _ children: [String]) throws {
    let folder = URL(fileURLWithPath: path, isDirectory: true)
    let adapters = Self.adapters(in: folder, children)
    guard let first = adapters.first else { return }
    let most = 5
    let names = adapters.prefix(most).map { "'\($0)'" }.joined(separator: ", ")
    let more = adapters.count > most ? " and \(adapters.count - most) more" : ""
    throw InputError(
      path, "is a folder of adapters: \(names)\(more)",
      remedy: "give each by its own path, such as \(folder.appendingPathComponent(first).path)")
  }

  private static func adapters(in folder: URL, _ children: [String]) -> [String] {
    children.filter {
      HuggingFaceWeights.exists(folder.appendingPathComponent($0).appendingPathComponent("adapter_config.json"))
    }
  }

  /// The folders in a folder that hold an adapter each, as peft leaves all but the one named `default`; not those of a series.
  package static func adapters(inside folder: String) -> [String] {
    let children = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let url = URL(fileURLWithPath: folder, isDirectory: true)
    return adapters(in: url, children.sorted()).filter { CheckpointSeries.step(of: $0) == nil }
      .map { url.appendingPathComponent($0).path }
  }

  private static func ofFile(_ path: String) throws -> CheckpointKind {
    let file = try MappedFile(URL(fileURLWithPath: path))
    guard GGUFFile.hasMagic(file) else {
      throw InputError(
        path, "is not a GGUF file", remedy: "give a .gguf file, or the folder that holds config.json and the weights")
    }
    return try GGUFFile(URL(fileURLWithPath: path)).isAdapter ? .adapter : .gguf
  }
}
