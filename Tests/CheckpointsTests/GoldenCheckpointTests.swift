import Foundation
import Reading
import Testing

import Checkpoints

@Suite("Checkpoints written by transformers and by the gguf package")
struct GoldenCheckpointTests {
  private static let pairs = [("llama-tied", "llama-tied.gguf"), ("llama-untied", "llama-untied.gguf")]

  @Test("a folder and the GGUF file made from it give the same weights, to the bit", arguments: pairs)
  func sameWeights(folder: String, file: String) throws {
    let fromFolder = try Checkpoint.open(golden("checkpoints/\(folder)").path)
    let fromFile = try Checkpoint.open(golden("checkpoints/\(file)").path)
    #expect(fromFolder.format == .huggingFace)
    #expect(fromFile.format == .gguf)
    #expect(fromFolder.tensors.names == fromFile.tensors.names)
    for name in fromFolder.tensors.names {
      let one = try #require(fromFolder.tensors.tensor(name))
      let other = try #require(fromFile.tensors.tensor(name))
      #expect(one.name == name && other.name == name)
      #expect(one.shape == other.shape)
      #expect(one.decodeAll() == other.decodeAll(), "\(name)")
      #expect(one.firstNonFinite() == nil)
    }
  }

  @Test("the tied model's configuration, the same from both formats")
  func tied() throws {
    let expected = ModelConfiguration(
      modelType: "llama",
      decoder: DecoderSpec(
        hiddenSize: 32, intermediateSize: 64, layerCount: 2, headCount: 4, keyValueHeadCount: 2, headDimension: 8,
        vocabularySize: 360, contextLength: 256, norm: .init(kind: .rms, epsilon: 1e-5),
        attentionScale: 1 / Float(8).squareRoot(), attention: [.init(), .init()],
        rotaries: [Rotary(theta: 10_000, width: 8)], tiesEmbeddings: true),
      bosTokenID: 0, eosTokenIDs: [0], document: JSONObject())
    for path in ["llama-tied", "llama-tied.gguf", "llama-tied-f16.gguf", "llama-tied-q8_0.gguf"] {
      let checkpoint = try Checkpoint.open(golden("checkpoints/\(path)").path)
      #expect(checkpoint.configuration == expected)
      #expect(checkpoint.tensors.tensor("lm_head.weight") == nil)
      #expect(checkpoint.tensors.names.count == 2 + 2 * 9)
    }
  }

  @Test("the untied model: llama-3 rotary, its own head size, several end tokens, shards")
  func untied() throws {
    let folder = try Checkpoint.open(golden("checkpoints/llama-untied").path)
    #expect(folder.weightFiles.count > 1)
    let configuration = folder.configuration
    #expect(configuration.headDimension == 16)
    #expect(configuration.hiddenSize == 40)
    #expect(configuration.vocabularySize == 384)
    #expect(configuration.eosTokenIDs == [0, 1])
    #expect(!configuration.tiesEmbeddings)
    #expect(
      configuration.rotaries[0].scaling
        == .llama3(factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContextLength: 64))
    let file = try Checkpoint.open(golden("checkpoints/llama-untied.gguf").path).configuration
    guard case .frequencyFactors(let factors) = file.rotaries[0].scaling else {
      Issue.record("no factors: \(file.rotaries)")
      return
    }
    #expect(factors.count == 8)
    #expect(factors.first == 1)
    #expect(factors.last == 8)
  }

  @Test("config.json as transformers 4 wrote it, without num_key_value_heads and head_dim")
  func olderSpelling() throws {
    let checkpoint = try Checkpoint.open(golden("checkpoints/llama-f16").path)
    #expect(checkpoint.configuration.keyValueHeadCount == 3)
    #expect(checkpoint.configuration.headDimension == 8)
    #expect(checkpoint.configuration.rotaries[0].theta == 50_000)
    #expect(checkpoint.tensors.tensor("lm_head.weight")?.type == .f16)
  }

  @Test("the vocabulary is in the file, or beside the weights")
  func vocabulary() throws {
    guard case .gguf(let metadata) = try Checkpoint.open(golden("checkpoints/llama-tied.gguf").path).tokenizer else {
      Issue.record("not in the file")
      return
    }
    #expect(try metadata.string("tokenizer.ggml.model") == "gpt2")
    #expect(try metadata.strings("tokenizer.ggml.tokens")?.count == 360)
    #expect(try metadata.integers("tokenizer.ggml.token_type")?.first == 3)
    #expect(try metadata.bool("tokenizer.ggml.add_bos_token") == false)
    let folder = try Checkpoint.open(golden("checkpoints/llama-tied").path)
    guard case .json(let tokenizer, let configuration) = folder.tokenizer else {
      Issue.record("not beside the weights")
      return
    }
    #expect(tokenizer.lastPathComponent == "tokenizer.json")
    #expect(configuration?.lastPathComponent == "tokenizer_config.json")
  }
}
