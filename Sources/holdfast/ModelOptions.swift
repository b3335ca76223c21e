import ArgumentParser
import Catalogue
import Checkpoints
import Diagnostics
import Foundation
import Gating
import Reading
import Scoring
import Served
import Suites

/// The options by which a verb is told its model.
struct ModelOptions: ParsableArguments {
  @Option(help: "A .gguf file, a Hugging Face folder, or a name from the catalogue that was fetched.")
  var model: String

  @Option(help: "A PEFT adapter on that model, or a LoRA in GGUF.")
  var adapter: String?

  func load(threads: Int) throws -> LoadedModel {
    let checkpoint = try Checkpoint.open(try resolveModel(model))
    if let adapter, let kind = FileKind.of(adapter), kind != .folder, kind != .regular {
      throw InputError(adapter, kind.problem, remedy: "give the folder that PEFT saved the adapter to")
    }
    let opened = try adapter.map { try Adapter.open($0, on: checkpoint) }
    let loaded = try LoadedModel(
      opened?.checkpoint ?? checkpoint, adapters: opened.map { [$0] } ?? [], threads: threads)
    for line in loaded.notes { note("\(line)") }
    return loaded
  }
}

extension PromptForm: ExpressibleByArgument {}

/// How many threads compute.
struct ThreadOptions: ParsableArguments {
  @Option(help: "Threads that compute; the processor's cores by default. Scores do not depend on it.")
  var threads: Int?

  func validate() throws { try validateThreads(threads) }

  var count: Int { threads ?? Machine.cores }
}

/// The bounds that holdfast.yaml has too.
func validateThreads(_ threads: Int?) throws {
  if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads must be from 1 to 1024") }
}

/// The file of a catalogue name in the models folder, or a path as it is ("./name" where a path has a catalogue name).
///
/// - Parameter models: the models folder where HOLDFAST_MODELS is not set.
/// - Throws: `InputError` for a name that is known but not fetched, and for a path where nothing is.
func resolveModel(_ text: String, models: String? = nil) throws -> String {
  if let known = try Catalogue.builtIn().models.first(where: { $0.name == text }) {
    let file = modelsFolder(configured: models).appendingPathComponent(known.file)
    guard FileManager.default.fileExists(atPath: file.path) else {
      throw InputError(file.path, "the model has not been fetched", remedy: "run 'holdfast fetch \(text)'")
    }
    return file.path
  }
  guard FileManager.default.fileExists(atPath: text) else {
    if let snapshot = HubCache().snapshot(of: text) { return snapshot }
    throw InputError(
      text, "no such file or folder",
      remedy: HubCache.isName(text)
        ? "give a .gguf file, a Hugging Face folder or a name from the catalogue; a model of the hub is had with 'hf download \(text)'"
        : "give a .gguf file, a Hugging Face folder or a name from the catalogue")
  }
  return text
}

/// The same, where an address of a server may stand too.
func resolvePlace(_ text: String, models: String? = nil) throws -> String {
  ServerAddress.isAddress(text) ? text : try resolveModel(text, models: models)
}

/// The folder that fetched models are in: $HOLDFAST_MODELS, else the given one, else that of a holdfast.yaml here, else ./models.
func modelsFolder(configured: String? = nil) -> URL {
  let here = (try? Configuration.load("holdfast.yaml"))?.models
  return fetchedModelsFolder(otherwise: configured ?? here ?? "models")
}
