import Foundation
import Testing

import Checkpoints

@Suite("config.json is read in both spellings, and never guessed")
struct ConfigurationTests {
  private func read(_ changes: [String: String]) throws -> ModelConfiguration {
    let folder = try TemporaryFolder()
    return try ModelConfiguration(configJSON: try folder.write("config.json", json(tinyConfiguration, changes)))
  }

  private func refuse(
    _ words: String, _ changes: [String: String], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    expectInputError("config.json", words, sourceLocation: sourceLocation) { _ = try read(changes) }
  }

  @Test("what is absent has transformers' default")
  func defaults() throws {
    let configuration = try read([
      "num_key_value_heads": absent, "rope_theta": absent, "rms_norm_eps": absent,
      "max_position_embeddings": absent, "tie_word_embeddings": absent, "bos_token_id": "null",
    ])
    #expect(configuration.keyValueHeadCount == 2)
    #expect(configuration.rotaries[0].theta == 10_000)
    #expect(configuration.norm.epsilon == 1e-6)
    #expect(configuration.contextLength == 2048)
    #expect(!configuration.tiesEmbeddings)
    #expect(configuration.bosTokenID == nil)
    #expect(configuration.eosTokenIDs == [2])
  }

  @Test("rotary scaling, older and newer")
  func rope() throws {
    let llama3 = """
      "factor": 32.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192
      """
    let expected = RopeScaling.llama3(
      factor: 32, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContextLength: 8192)
    #expect(try read(["rope_scaling": "{\"rope_type\": \"llama3\", \(llama3)}"]).rotaries[0].scaling == expected)
    let newer = try read([
      "rope_theta": absent,
      "rope_parameters": "{\"rope_type\": \"llama3\", \"rope_theta\": 500000.0, \(llama3)}",
    ])
    #expect(newer.rotaries[0].scaling == expected)
    #expect(newer.rotaries[0].theta == 500_000)
    #expect(
      try read(["rope_scaling": "{\"type\": \"linear\", \"factor\": 2.0}"]).rotaries[0].scaling == .linear(factor: 2))
    #expect(try read(["rope_scaling": "null"]).rotaries[0].scaling == .none)
    #expect(
      try read(["rope_parameters": "{\"rope_type\": \"default\", \"rope_theta\": 10000}"]).rotaries[0].scaling == .none)
    refuse("rope_scaling.rope_type: 'ntk' is not supported", ["rope_scaling": "{\"type\": \"ntk\", \"factor\": 2}"])
    refuse("rope_scaling.factor: is missing", ["rope_scaling": "{\"type\": \"linear\"}"])
    refuse("rope_scaling", ["rope_scaling": "{\"type\": \"linear\", \"factor\": 0}"])
    refuse("rope_scaling.beta: unknown key", ["rope_scaling": "{\"type\": \"linear\", \"factor\": 2, \"beta\": 1}"])
    refuse("rope_theta: differs", ["rope_parameters": "{\"rope_theta\": 5.0}"])
    refuse(
      "rope_scaling: differs",
      ["rope_parameters": "{\"rope_type\": \"default\"}", "rope_scaling": "{\"type\": \"linear\", \"factor\": 2}"])
  }

  @Test("what is not computed here is refused by name")
  func unsupported() {
    refuse("model_type: 'mamba' is not supported yet; supported: arcee, cohere2, exaone4", ["model_type": "\"mamba\""])
    refuse("hidden_act: 'mish'", ["hidden_act": "\"mish\""])
    refuse("quantization_config", ["quantization_config": "{\"bits\": 4}"])
    refuse("auto_map", ["auto_map": "{\"AutoModelForCausalLM\": \"modeling.X\"}"])
    refuse("pretraining_tp", ["pretraining_tp": "2"])
    refuse("partial_rotary_factor", ["partial_rotary_factor": "0.5"])
    refuse("sliding_window", ["sliding_window": "32"])
    refuse("rope_interleaved", ["rope_interleaved": "true"])
    refuse("layer_types", ["layer_types": "[\"full_attention\", \"sliding_attention\"]"])
  }

  @Test("values that no model has")
  func impossible() {
    refuse("hidden_size: is missing", ["hidden_size": absent])
    refuse("hidden_size: is 'eight', expected an integer", ["hidden_size": "\"eight\""])
    refuse("hidden_size: is 8.5, expected an integer", ["hidden_size": "8.5"])
    refuse("hidden_size: is -8", ["hidden_size": "-8"])
    refuse("hidden_size", ["hidden_size": "9223372036854775807"])
    refuse("num_attention_heads: is 0", ["num_attention_heads": "0"])
    refuse("num_key_value_heads: 3 does not divide", ["num_key_value_heads": "3"])
    refuse("num_key_value_heads: is 0", ["num_key_value_heads": "0"])
    refuse("head_dim: is 3, an odd number", ["head_dim": "3"])
    refuse("rms_norm_eps", ["rms_norm_eps": "0"])
    refuse("not valid JSON", ["rms_norm_eps": "NaN"])
    refuse("not valid JSON", ["rms_norm_eps": "1e999"])
    refuse("rope_theta", ["rope_theta": "-1"])
    refuse("eos_token_id: 4294967296", ["eos_token_id": "[1, 4294967296]"])
    refuse("eos_token_id", ["eos_token_id": "{}"])
  }

  @Test("end tokens may be a list; a size may be written 8.0; a window as long as the context is none")
  func tolerated() throws {
    #expect(try read(["eos_token_id": "[2, 5]"]).eosTokenIDs == [2, 5])
    #expect(try read(["hidden_size": "8.0"]).hiddenSize == 8)
    #expect(try read(["sliding_window": "64"]).attention[0].window == nil)
  }
}
