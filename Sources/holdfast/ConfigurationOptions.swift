import ArgumentParser
import Catalogue
import Diagnostics
import Foundation
import Gating
import Reading
import Suites

/// The options that every verb with a configuration has.
struct ConfigurationOptions: ParsableArguments {
  @Option(help: "The configuration file.")
  var config: String = defaultConfiguration

  @Option(help: "The ledger (SQLite); the configuration's by default.")
  var ledger: String?

  @Option(help: "Threads that compute; the configuration's, else the processor's cores. Scores do not depend on it.")
  var threads: Int?

  func validate() throws { try validateThreads(threads) }

  func load() throws -> Configuration { try Configuration.load(config) }

  /// Nil where none is named and the current folder has none: a verb that can do without. A file that is there is read, its faults are said.
  func loadIfPresent() throws -> Configuration? {
    let isAbsent = config == defaultConfiguration && !FileManager.default.fileExists(atPath: config)
    return isAbsent ? nil : try load()
  }

  func threads(_ configuration: Configuration) -> Int { threads ?? configuration.threads ?? Machine.cores }
}

private let defaultConfiguration = "holdfast.yaml"

/// Where scores are without a configuration.
let defaultLedger = ".holdfast/ledger.sqlite"

/// The path of the configuration's base model.
func basePath(_ configuration: Configuration) throws -> String {
  switch configuration.base {
  case .path(let path): return path
  case .served(let reference):
    throw InputError(
      configuration.file, field: "base",
      "is a model that the server at \(reference.address) holds, and this needs the model's files",
      remedy: "name the model's .gguf file or folder as base in a configuration of its own")
  case .name(let name):
    do {
      return try resolveModel(name, models: configuration.models)
    } catch let error as InputError {
      throw error.named(by: configuration.file, "base")
    }
  }
}

/// The path of the configuration's base model, or the address of its server.
func basePlace(_ configuration: Configuration) throws -> String {
  if case .served(let reference) = configuration.base { return reference.address }
  return try basePath(configuration)
}

/// The command as it was typed, for reports and the ledger: a line that a shell reads as the same words.
var typedCommand: String {
  (["holdfast"] + CommandLine.arguments.dropFirst()).map(shellQuoted).joined(separator: " ")
}
