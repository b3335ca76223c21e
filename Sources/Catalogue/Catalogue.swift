import Diagnostics
import Foundation
import Reading

/// A model that can be fetched by name.
package struct KnownModel: Sendable, Codable, Equatable {
  /// A wheel that holds the model file or, where it is in several, the next bytes of it.
  package struct Wheel: Sendable, Codable, Equatable {
    /// pip's requirement, with its exact version.
    package let package: String
    /// How the name of the one wanted file in the wheel ends.
    package let member: String
    /// Of that file, lower-case hexadecimal.
    package let sha256: String
    package let bytes: Int
  }

  package let name: String
  /// The file's name in the models folder.
  package let file: String
  /// In the order of their bytes; at least one.
  package let wheels: [Wheel]
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
    let keys = ["name", "file", "wheels", "sha256", "bytes", "licence", "description"]
    let document = try YAMLMapping(text: yaml, file: file, known: ["models"])
    models = try document.sections("models", of: "models", such: "- name: …", known: keys).map { entry in
      func text(_ key: String) throws -> String { try entry.required(key, try entry.text(key)) }
      let model = KnownModel(
        name: try text("name"), file: try text("file"), wheels: try Self.wheels(entry), sha256: try text("sha256"),
        bytes: try entry.required("bytes", try entry.integer("bytes", in: 1...Int.max)),
        licence: try text("licence"), description: try text("description"))
      let sum = model.wheels.reduce(0) { $0 &+ $1.bytes }
      guard sum == model.bytes else {
        throw entry.error("bytes", "the wheels' files have \(sum) together", remedy: "correct one of them")
      }
      return model
    }
  }

  private static func wheels(_ entry: YAMLMapping) throws -> [KnownModel.Wheel] {
    let keys = ["package", "member", "sha256", "bytes"]
    let wheels = try entry.sections("wheels", of: "wheels", such: "- package: …", known: keys).map { wheel in
      func text(_ key: String) throws -> String { try wheel.required(key, try wheel.text(key)) }
      return KnownModel.Wheel(
        package: try text("package"), member: try text("member"), sha256: try text("sha256"),
        bytes: try wheel.required("bytes", try wheel.integer("bytes", in: 1...Int.max)))
    }
    guard !wheels.isEmpty else { throw entry.error("wheels", "there are none", remedy: "name one at least") }
    return wheels
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
