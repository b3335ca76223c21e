import Diagnostics
import Foundation
import Reading

/// A model that can be fetched by name.
package struct KnownModel: Sendable, Codable, Equatable {
  package let name: String
  /// The file's name in the models folder.
  package let file: String
  /// pip's requirement, with its exact version.
  package let package: String
  /// How the name of the one wanted file in the wheel ends.
  package let member: String
  /// Of the model file, lower-case hexadecimal.
  package let sha256: String
  package let bytes: Int
  package let licence: String
  package let description: String
}

/// The known models: data (catalogue.yaml), so that another is one entry.
package struct Catalogue: Sendable {
  package let models: [KnownModel]

  /// The catalogue that the program was built with.
  package static func builtIn() throws -> Catalogue {
    try Catalogue(yaml: String(decoding: PackageResources.catalogue_yaml, as: UTF8.self), file: "catalogue.yaml")
  }

  /// - Throws: `InputError` for anything that is not a list of complete entries.
  package init(yaml: String, file: String) throws {
    let keys = ["name", "file", "package", "member", "sha256", "bytes", "licence", "description"]
    let document = try YAMLMapping(text: yaml, file: file, known: ["models"])
    models = try document.sections("models", of: "models", such: "- name: …", known: keys).map { entry in
      func text(_ key: String) throws -> String { try entry.required(key, try entry.text(key)) }
      return KnownModel(
        name: try text("name"), file: try text("file"), package: try text("package"), member: try text("member"),
        sha256: try text("sha256"), bytes: try entry.required("bytes", try entry.integer("bytes", in: 1...Int.max)),
        licence: try text("licence"), description: try text("description"))
    }
  }

  /// - Throws: `InputError` for a name that is not in the catalogue, naming the nearest.
  package func model(named name: String) throws -> KnownModel {
    if let model = models.first(where: { $0.name == name }) { return model }
    let known = models.map(\.name)
    let remedy: ShownText =
      nearestKey(to: name, among: known).map { "did you mean '\($0)'?" }
      ?? "known: \(words: known.joined(separator: ", "))"
    throw InputError("model", "'\(name)' is not in the catalogue", remedy: remedy)
  }
}

/// The folder that fetched models are kept in: `$HOLDFAST_MODELS`, or another one.
package func fetchedModelsFolder(
  otherwise folder: String, environment: [String: String] = ProcessInfo.processInfo.environment
) -> URL {
  let chosen = environment["HOLDFAST_MODELS"].flatMap { $0.isEmpty ? nil : $0 } ?? folder
  return URL(fileURLWithPath: chosen, isDirectory: true)
}
