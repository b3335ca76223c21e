import Checkpoints
import Foundation
import Testing

@Suite("An adapter is written as PEFT saves one")
struct AdapterWriterTests {
  private let folder: TemporaryFolder
  private let base: Checkpoint

  init() throws {
    folder = try TemporaryFolder()
    base = try Checkpoint.open(TemporaryFolder.tinyModel().path)
  }

  private typealias NamedValues = (name: String, shape: [Int], values: [Float])

  private static let tensors: [NamedValues] = pair("q_proj", out: 8) + pair("v_proj", out: 4)

  private static func pair(_ module: String, out: Int) -> [NamedValues] {
    let path = "base_model.model.model.layers.0.self_attn.\(module)"
    let a = (0..<16).map { Float($0) / 7 }
    let b = (0..<2 * out).map { Float($0) / -9 }
    return [("\(path).lora_A.weight", [2, 8], a), ("\(path).lora_B.weight", [out, 2], b)]
  }

  private func writer(alpha: Double = 4, rankStabilised: Bool = false, targets: [String] = ["q_proj", "v_proj"])
    -> AdapterWriter
  {
    AdapterWriter(
      base: base.configuration, rank: 2, alpha: alpha, dropout: 0.05, usesRankStabilisedScale: rankStabilised,
      modules: targets.map { "self_attn.\($0)" },
      baseName: "some/base")
  }

  @Test("the same numbers, to the bit, and the same scale when it is opened again")
  func roundTrip() throws {
    try writer().write(Self.tensors, to: folder.path("plain"))
    let adapter = try Adapter.open(folder.path("plain"), on: base)
    #expect(adapter.rank == 2)
    #expect(adapter.alpha == 4)
    #expect(!adapter.isNil)
    #expect(adapter.modules.map(\.path) == ["q_proj", "v_proj"].map { "model.layers.0.self_attn.\($0)" })
    #expect(adapter.modules.map(\.scale) == [2, 2])
    #expect(adapter.modules.flatMap { [$0.a.decodeAll(), $0.b.decodeAll()] } == Self.tensors.map(\.values))
    try writer(alpha: 3, rankStabilised: true).write(Self.tensors, to: folder.path("stabilised"))
    let stabilised = try Adapter.open(folder.path("stabilised"), on: base)
    #expect(stabilised.modules.map(\.scale) == [Float(3 / 2.0.squareRoot()), Float(3 / 2.0.squareRoot())])
    #expect(try folder.names("plain") == ["adapter_config.json", "adapter_model.safetensors"])
  }

  @Test("its configuration")
  func configuration() throws {
    try writer().write(Self.tensors, to: folder.path("plain"))
    let text = try String(contentsOfFile: folder.path("plain/adapter_config.json"), encoding: .utf8)
    for line in [
      "\"base_model_name_or_path\": \"some/base\"", "\"bias\": \"none\"", "\"lora_alpha\": 4,",
      "\"lora_dropout\": 0.05", "\"peft_type\": \"LORA\"", "\"r\": 2", "\"task_type\": \"CAUSAL_LM\"",
      "\"use_rslora\": false",
    ] {
      #expect(text.contains(line), "\(line)")
    }
  }

  @Test("into a folder that is in use, or with numbers that are none: refused, and nothing is left")
  func refused() throws {
    try folder.write("used", "x")
    expectInputError("is a file") { try writer().write(Self.tensors, to: folder.path("used")) }
    expectInputError("lora_alpha") { try writer(alpha: .nan).write(Self.tensors, to: folder.path("new")) }
    #expect(try folder.names == ["used"])
  }
}
