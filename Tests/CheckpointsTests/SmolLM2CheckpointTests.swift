import Checkpoints
import Foundation
import Testing

/// SmolLM2-135M-Instruct as GGUF, where this machine has it: in `$HOLDFAST_MODELS`, else in the repository's models folder.
private let smolLM2: URL? = {
  let models =
    ProcessInfo.processInfo.environment["HOLDFAST_MODELS"].map { URL(fileURLWithPath: $0) }
    ?? golden("../../models")
  let file = models.appendingPathComponent("smollm2-135m-instruct.gguf").standardizedFileURL
  return FileManager.default.fileExists(atPath: file.path) ? file : nil
}()

@Suite("SmolLM2-135M-Instruct, quantised to Q4_1", .enabled(if: smolLM2 != nil, "the model file is absent"))
struct SmolLM2CheckpointTests {
  @Test("its configuration, its tensors and its vocabulary")
  func opens() throws {
    let checkpoint = try Checkpoint.open(try #require(smolLM2).path)
    #expect(
      checkpoint.configuration.decoder
        == DecoderSpec(
          hiddenSize: 576, intermediateSize: 1536, layerCount: 30, headCount: 9, keyValueHeadCount: 3,
          headDimension: 64, vocabularySize: 49_152, contextLength: 8192, norm: .init(kind: .rms, epsilon: 1e-5),
          attentionScale: 0.125, attention: Array(repeating: .init(), count: 30),
          rotaries: [Rotary(theta: 100_000, width: 64)], tiesEmbeddings: true))
    #expect(checkpoint.configuration.bosTokenID == 1 && checkpoint.configuration.eosTokenIDs == [2])
    #expect(checkpoint.tensors.names.count == 272)
    let query = try #require(checkpoint.tensors.tensor("model.layers.29.self_attn.q_proj.weight"))
    #expect(query.type == .q4_1)
    #expect(query.rowOrder == .interleavedPairs(headDimension: 64))
    guard case .gguf(let metadata) = checkpoint.tokenizer else {
      Issue.record("no vocabulary in the file")
      return
    }
    #expect(try metadata.strings("tokenizer.ggml.tokens")?.count == 49_152)
    #expect(try metadata.strings("tokenizer.ggml.merges")?.count == 48_900)
  }

  @Test("every one of its 134.5 million weights is finite")
  func finite() throws {
    let checkpoint = try Checkpoint.open(try #require(smolLM2).path)
    var count = 0
    for name in checkpoint.tensors.names {
      let tensor = try #require(checkpoint.tensors.tensor(name))
      #expect(tensor.firstNonFinite() == nil, "\(name)")
      count += tensor.count
    }
    #expect(count == 134_515_008)
  }
}
