import Checkpoints
import Foundation
import Reading
import Testing

@Suite("config.json and generation_config.json as they are written")
struct ConfigurationWritingTests {
  private let folder: TemporaryFolder
  private let base: Checkpoint

  init() throws {
    folder = try TemporaryFolder()
    base = try Checkpoint.open(TemporaryFolder.tinyModel().path)
  }

  /// What is read of the config.json that is written of the base's with some members changed.
  private func written(_ changes: [String: JSONValue?]) throws -> ModelConfiguration {
    let model = try TemporaryFolder.tinyModel()
    var members = base.configuration.document
    for (key, value) in changes { members = members.setting(key, to: value) }
    try model.write("config.json", String(decoding: JSONText.document(.object(members)), as: UTF8.self))
    let name = UUID().uuidString
    let changed = try Checkpoint.open(model.path)
    try changed.write(to: folder.path(name))
    let result = try Checkpoint.open(folder.path(name)).configuration
    #expect(result == changed.configuration)
    return result
  }

  @Test("every rotary scaling, both spellings")
  func rope() throws {
    let llama3: JSONValue = [
      "rope_type": "llama3", "factor": 32, "low_freq_factor": 1, "high_freq_factor": 4,
      "original_max_position_embeddings": 8192,
    ]
    let yarn: JSONValue = ["rope_type": "yarn", "factor": 4, "original_max_position_embeddings": 16]
    for scaling: JSONValue in [.null, ["rope_type": "linear", "factor": .number(2.5)], llama3, yarn] {
      let older = try written(["rope_scaling": scaling, "rope_theta": 500_000])
      guard case .object(let members) = scaling else { continue }
      let parameters = JSONValue.object(members.setting("rope_theta", to: 500_000))
      let newer = try written(["rope_scaling": nil, "rope_theta": nil, "rope_parameters": parameters])
      #expect(older.rotaries == newer.rotaries && older.rotaries[0].theta == 500_000)
    }
  }

  // base / inv_freq of transformers 5.23, ROPE_INIT_FUNCTIONS["llama3"]: head 16, theta 500000, factor 8, 1, 4, 8192; and the same
  // with head 64 and factor 32, where the first fifteen are 1.
  private static let eight: [Float] = [1, 1, 1, 1, 2.69453, 8, 8, 8]
  private static let thirtyTwo =
    [Float](repeating: 1, count: 15) + [1.651329, 3.292263, 9.66673] + [Float](repeating: 32, count: 14)

  @Test("a GGUF's frequency factors become the formula that gives them", arguments: [8, 32])
  func factors(factor: Int) throws {
    let scaling = RopeScaling.llama3(
      factor: Double(factor), lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContextLength: 8192)
    #expect(try expressed(factor == 8 ? Self.eight : Self.thirtyTwo, theta: 500_000) == scaling)
  }

  @Test("factors that are all one, or all the same")
  func evenFactors() throws {
    #expect(try expressed([1, 1], theta: 10_000) == RopeScaling.none)
    #expect(try expressed([4, 4], theta: 10_000) == .linear(factor: 4))
  }

  @Test("a converted GGUF of another original context is the folder that it came from")
  func converted() throws {
    let gguf = try Checkpoint.open(golden("checkpoints/llama-untied.gguf").path)
    let original = try Checkpoint.open(golden("checkpoints/llama-untied").path)
    try gguf.replacingTokenizer(by: original).write(to: folder.path("written"))
    let written = try Checkpoint.open(folder.path("written")).configuration
    #expect(written.rotaries == original.configuration.rotaries)
    // A GGUF file has one end token only.
    #expect(written.eosTokenIDs == gguf.configuration.eosTokenIDs)
  }

  @Test("what config.json cannot say is refused before anything is written")
  func refused() throws {
    var configuration = base.configuration
    configuration.decoder.rotaries[0].scaling = .frequencyFactors([3, 1])
    expectInputError("rope_freqs.weight") { try base.write(to: folder.path("x"), configuration: configuration) }
    expectInputError("dtype", "q8_0") { try base.write(to: folder.path("blocks"), as: .q8_0) }
    #expect(try folder.names == [])
  }

  @Test("where an answer begins and ends")
  func generation() throws {
    try base.write(to: folder.path("one"))
    var configuration = base.configuration
    configuration.eosTokenIDs = [2, 3]
    configuration.bosTokenID = nil
    configuration.document = configuration.document.setting("eos_token_id", to: [2, 3]).setting("bos_token_id", to: nil)
    try base.write(to: folder.path("two"), configuration: configuration)
    #expect(try text("one/generation_config.json") == "{\n  \"bos_token_id\": 1,\n  \"eos_token_id\": 2\n}\n")
    #expect(
      try text("two/generation_config.json") == "{\n  \"eos_token_id\": [\n    2,\n    3\n  ]\n}\n")
    #expect(try Checkpoint.open(folder.path("two")).configuration == configuration)
  }

  private func text(_ name: String) throws -> String { try String(contentsOfFile: folder.path(name), encoding: .utf8) }

  /// The scaling in the config.json of a model with these factors. The tiny model has heads of 4; only what is written counts here.
  private func expressed(_ factors: [Float], theta: Double) throws -> RopeScaling {
    var configuration = base.configuration
    configuration.decoder.rotaries[0] = Rotary(theta: theta, scaling: .frequencyFactors(factors), width: 4)
    configuration.document = configuration.document.setting("rope_theta", to: .number(theta))
    let name = UUID().uuidString
    try base.write(to: folder.path(name), configuration: configuration)
    return try Checkpoint.open(folder.path(name)).configuration.rotaries[0].scaling
  }
}

extension Checkpoint {
  fileprivate func replacingTokenizer(by other: Checkpoint) -> Checkpoint {
    Checkpoint(
      path: path, format: format, configuration: configuration, tensors: tensors, tokenizer: other.tokenizer,
      weightFiles: weightFiles)
  }
}
