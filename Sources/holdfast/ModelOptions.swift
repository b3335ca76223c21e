import ArgumentParser
import Catalogue
import Checkpoints
import Diagnostics
import Foundation
import Scoring

/// The options by which a verb is told its model.
struct ModelOptions: ParsableArguments {
  @Option(help: "A .gguf file, a Hugging Face folder, or a name from the catalogue that was fetched.")
  var model: String

  @Option(help: "A PEFT LoRA adapter on that model.")
  var adapter: String?

  func load(threads: Int) throws -> LoadedModel {
    let checkpoint = try Checkpoint.open(try resolveModel(model))
    let adapters = try adapter.map { [try Adapter.open($0, on: checkpoint)] } ?? []
    for adapter in adapters where adapter.isNil {
      note("\(adapter.path): the adapter changes nothing: every lora_B is zero")
    }
    return try LoadedModel(checkpoint, adapters: adapters, threads: threads)
  }
}

/// How many threads compute.
struct ThreadOptions: ParsableArguments {
  @Option(help: "Threads that compute; the processor's cores by default. Scores do not depend on it.")
  var threads: Int?

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads must be at least 1") }
  }

  var count: Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }
}

/// A path as it is, or a catalogue name's file in the models folder.
///
/// - Throws: `InputError` for a name that is known but not fetched, and for a path where nothing is.
func resolveModel(_ text: String, root: URL = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)) throws
  -> String
{
  if FileManager.default.fileExists(atPath: text) { return text }
  if let known = try Catalogue.builtIn().models.first(where: { $0.name == text }) {
    let file = modelsFolderPath(root: root).appendingPathComponent(known.file)
    guard FileManager.default.fileExists(atPath: file.path) else {
      throw InputError(file.path, "the model has not been fetched", remedy: "run 'holdfast fetch \(text)'")
    }
    return file.path
  }
  throw InputError(
    text, "no such file or folder", remedy: "give a .gguf file, a Hugging Face folder or a name from the catalogue")
}

/// One line on standard error.
func note(_ text: String) {
  FileHandle.standardError.write(Data("holdfast: \(text)\n".utf8))
}
