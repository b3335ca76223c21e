import Foundation
import Testing

@Suite("Models of the hub that were downloaded are named as there")
struct HubNameTests {
  private let folder: TemporaryFolder
  private let home: [String: String]

  init() throws {
    folder = try TemporaryFolder.project()
    let model = golden("checkpoints/llama-tied")
    let revision = "0123456789abcdef0123456789abcdef01234567"
    try folder.write("hf/hub/models--some-org--A-Model/refs/main", revision)
    try folder.makeFolder("hf/hub/models--some-org--A-Model/snapshots")
    try folder.copy(model, as: "hf/hub/models--some-org--A-Model/snapshots/\(revision)")
    home = ["HF_HOME": folder.file("hf").path]
  }

  private func run(_ arguments: String...) throws -> Finished {
    try Running(arguments, in: folder, environment: home).finish()
  }

  @Test("as base, and as a model; it is called by its name")
  func named() throws {
    try folder.writeConfiguration(base: "some-org/A-Model", suite: "suite")
    let saved = try run("baseline", "save")
    #expect(saved.status == 0, "\(saved.err)")
    let baseline = try folder.read("baseline.json")
    #expect(baseline.contains("\"name\":\"A-Model\""), "\(baseline.prefix(400))")
    #expect(try run("run", "--model", "some-org/A-Model").status == 0)
    let gate = try run("gate", "some-org/A-Model")
    #expect(gate.status == 3 && !gate.err.contains("error"), "\(gate.err)")
  }

  @Test("a folder of that name comes first, and what is not there is named with the way to it")
  func places() throws {
    let missing = try run("run", "--model", "some-org/another")
    expectOneComplaint(missing, naming: ["no such file or folder", "hf download some-org/another"])
    try folder.makeFolder("some-org")
    try folder.copy(golden("checkpoints/llama-tied"), as: "some-org/A-Model")
    try folder.write("some-org/A-Model/model.safetensors", "damaged")
    #expect(try run("run", "--model", "some-org/A-Model").status == 2)
    for name in ["../A-Model", "some-org/..", "some-org/A-Model/x"] {
      #expect(try run("run", "--model", name).status == 2, "\(name)")
    }
  }
}
