import Foundation
import Testing

@Suite("perturb")
struct PerturbTests {
  let folder: TemporaryFolder
  let model = golden("checkpoints/llama-tied")

  init() throws { folder = try TemporaryFolder() }

  @Test("writes a PEFT adapter that score loads, and that changes the scores")
  func adapter() throws {
    let made = try perturb("noise", scale: "0.5", seed: "1")
    #expect(made.status == 0)
    #expect(made.out == "noise\n")
    #expect(
      try folder.contents().keys.sorted()
        == ["noise", "noise/adapter_config.json", "noise/adapter_model.safetensors"])
    let plain = try score()
    let noisy = try score("--adapter", "noise")
    #expect(noisy.status == 0)
    #expect(noisy.err == "")
    #expect(noisy.out != plain.out)
  }

  @Test("the same seed gives the same bytes, another seed others")
  func seeds() throws {
    for (name, seed) in [("a", "7"), ("b", "7"), ("c", "8")] {
      #expect(try perturb(name, scale: "0.5", seed: seed).status == 0)
    }
    let contents = try folder.contents()
    #expect(contents["a/adapter_model.safetensors"] == contents["b/adapter_model.safetensors"])
    #expect(contents["a/adapter_config.json"] == contents["b/adapter_config.json"])
    #expect(contents["a/adapter_model.safetensors"] != contents["c/adapter_model.safetensors"])
  }

  @Test("a scale of nothing is an adapter that changes nothing")
  func nothing() throws {
    #expect(try perturb("none", scale: "0", seed: "1").status == 0)
    let scored = try score("--adapter", "none")
    #expect(scored.out == (try score().out))
    #expect(scored.err.contains("changes nothing"))
  }

  @Test("it works on a GGUF file")
  func gguf() throws {
    let gguf = golden("checkpoints/llama-tied.gguf")
    #expect(
      try holdfast("perturb", "--model", gguf, "--scale", "0.5", "--seed", "1", "--out", "noise", in: folder).status
        == 0)
    #expect(
      try holdfast("score", "--model", gguf, "--adapter", "noise", "--requests", "-", in: folder, input: oneRequest)
        .status == 0)
  }

  @Test("a scale that is none, and a folder that is in use", arguments: ["-1", "nan", "inf"])
  func refusals(scale: String) throws {
    try expectRefusal(
      "perturb", "--model", model, "--scale=\(scale)", "--out", "noise", in: folder, naming: ["--scale"])
    try folder.write("used/file", "")
    try expectRefusal(
      "perturb", "--model", model, "--scale", "1", "--out", "used", in: folder, naming: ["used", "--out"])
  }

  private func perturb(_ name: String, scale: String, seed: String) throws -> Finished {
    try holdfast("perturb", "--model", model, "--scale", scale, "--seed", seed, "--out", name, in: folder)
  }

  private func score(_ more: String...) throws -> Finished {
    try Running(["score", "--model", model, "--requests", "-"] + more, in: folder, input: oneRequest).finish()
  }
}
