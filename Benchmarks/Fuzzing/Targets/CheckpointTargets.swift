import Checkpoints
import Foundation
import Tokenizers

/// GGUF, safetensors, shards, config.json, quantised folders, adapters.
enum CheckpointTargets {
  static func all(_ place: Workplace) throws -> [FuzzTarget] {
    try [gguf(place), parts(place), safetensors(place), shards(place), config(place)] + quantised(place)
      + adapters(place)
  }

  /// Metadata, tensors of every type and their rows, vocabulary, and the checkpoint that it makes.
  private static func gguf(_ place: Workplace) throws -> FuzzTarget {
    let names = [
      "quantisation/blocks", "quantisation/llama-low-bits", "checkpoints/llama-tied-q8_0", "checkpoints/llama-tied-f16",
    ]
    return FuzzTarget("gguf", .gguf, try names.map { try place.golden("\($0).gguf") }) { bytes, _ in
      let path = try place.write(bytes, "model.gguf")
      let file = try GGUFFile(URL(fileURLWithPath: path))
      for key in file.metadata.keys {
        // Each of them may refuse the key's type.
        _ = try? file.metadata.integer(key)
        _ = try? file.metadata.double(key)
        _ = try? file.metadata.string(key)
        _ = try? file.metadata.integers(key)
        _ = try? file.metadata.doubles(key)
      }
      for tensor in file.tensors.values { try decode(tensor) }
      let checkpoint = try Checkpoint.open(path)
      for name in checkpoint.tensors.names { try checkpoint.tensors.tensor(name).map(decode) }
      try TokenizerTargets.encode(try Tokenizer(checkpoint.tokenizer))
    }
  }

  /// A model in three files, one of which is mutated.
  private static func parts(_ place: Workplace) throws -> FuzzTarget {
    let names = (1...3).map { "llama-tied-q8_0-0000\($0)-of-00003.gguf" }
    for (seed, name) in names.enumerated() {
      try place.copy("Tests/Goldens/checkpoints/split", to: "parts\(seed)", leavingOut: [name])
    }
    let seeds = try names.map { try place.golden("checkpoints/split/\($0)") }
    return FuzzTarget("gguf-parts", .gguf, seeds) { bytes, seed in
      try place.write(bytes, "parts\(seed)/\(names[seed])")
      let checkpoint = try Checkpoint.open(place.path("parts\(seed)/\(names[2 - seed])"))
      for name in checkpoint.tensors.names { try checkpoint.tensors.tensor(name).map(decode) }
      try TokenizerTargets.encode(try Tokenizer(checkpoint.tokenizer))
    }
  }

  private static func safetensors(_ place: Workplace) throws -> FuzzTarget {
    try place.copy("Tests/Goldens/checkpoints/llama-f16", to: "safetensors", leavingOut: ["model.safetensors"])
    let seeds = [try place.golden("checkpoints/llama-f16/model.safetensors")]
    return FuzzTarget("safetensors", .safetensors, seeds) { bytes, _ in
      let path = try place.write(bytes, "safetensors/model.safetensors")
      for tensor in try SafetensorsFile(URL(fileURLWithPath: path)).tensors.values { try decode(tensor) }
      _ = try Checkpoint.open(place.path("safetensors"))
    }
  }

  private static func shards(_ place: Workplace) throws -> FuzzTarget {
    let name = "model.safetensors.index.json"
    try place.copy("Tests/Goldens/checkpoints/llama-untied", to: "shards", leavingOut: [name])
    let seeds = [try place.golden("checkpoints/llama-untied/\(name)")]
    return FuzzTarget("shards", .json, seeds) { bytes, _ in
      try place.write(bytes, "shards/\(name)")
      _ = try Checkpoint.open(place.path("shards"))
    }
  }

  private static func config(_ place: Workplace) throws -> FuzzTarget {
    try place.copy("Tests/Goldens/checkpoints/llama-f16", to: "config", leavingOut: ["config.json"])
    let seeds = try ["llama-f16", "llama-tied", "llama-untied"].map {
      try place.golden("checkpoints/\($0)/config.json")
    }
    return FuzzTarget("config", .json, seeds) { bytes, _ in
      let path = try place.write(bytes, "config/config.json")
      _ = try ModelConfiguration(configJSON: URL(fileURLWithPath: path))
      _ = try Checkpoint.open(place.path("config"))
    }
  }

  /// One folder of every way of quantising: its tensors, and its config.json.
  private static func quantised(_ place: Workplace) throws -> [FuzzTarget] {
    let names = [
      "nf4", "nf4-double", "nf4-bf16-storage", "bnb-int8", "fp8-block", "ct-fp8-channel", "ct-int8",
      "ct-w4a16-asymmetric", "ct-w4a16-sorted", "gptq-4bit-sorted", "gptq-3bit", "awq-4bit", "mlx-4bit",
    ]
    let tokenizer = try place.golden("checkpoints/llama-tied/tokenizer.json")
    func target(_ title: String, _ file: String, _ form: Form) throws -> FuzzTarget {
      for name in names {
        let others: Set = ["model.safetensors", "config.json", "tokenizer.json", "tokenizer_config.json", "adapter"]
        try place.copy("Tests/Goldens/quantised/\(name)", to: "\(title)/\(name)", leavingOut: others)
        try place.write(tokenizer, "\(title)/\(name)/tokenizer.json")
        for other in ["model.safetensors", "config.json"] {
          try place.write(try place.golden("quantised/\(name)/\(other)"), "\(title)/\(name)/\(other)")
        }
      }
      return FuzzTarget(title, form, try names.map { try place.golden("quantised/\($0)/\(file)") }) { bytes, seed in
        let folder = "\(title)/\(names[seed])"
        try place.write(bytes, "\(folder)/\(file)")
        let checkpoint = try Checkpoint.open(place.path(folder))
        for name in checkpoint.tensors.names { try checkpoint.tensors.tensor(name).map(decode) }
      }
    }
    return [
      try target("quantised", "model.safetensors", .safetensors), try target("quantised-config", "config.json", .json),
    ]
  }

  private static func adapters(_ place: Workplace) throws -> [FuzzTarget] {
    let goldens = "\(place.repository)/Tests/Goldens"
    let (tied, linear) = (
      try Checkpoint.open("\(goldens)/checkpoints/llama-tied"), try Checkpoint.open("\(goldens)/families/llama-linear")
    )
    let plain = ["plain", "rslora", "patterns", "modules-to-save", "bias", "dora"].map { ("adapters/\($0)", tied) }
    let kinds = [
      "save-both", "larger", "embedding-tied", "head", "dora-embedding", "tokens-apart", "tokens-alone", "replicated",
      "norms",
    ].map { ("adapter-kinds/\($0)", linear) }
    let seeds = plain + kinds
    for (name, _) in seeds {
      try place.copy("Tests/Goldens/\(name)", to: "a/\(name)", leavingOut: ["adapter_config.json"])
      try place.copy("Tests/Goldens/\(name)", to: "b/\(name)", leavingOut: ["adapter_model.safetensors"])
    }
    func target(_ title: String, _ folder: String, _ file: String, _ form: Form) throws -> FuzzTarget {
      FuzzTarget(title, form, try seeds.map { try place.golden("\($0.0)/\(file)") }) { bytes, seed in
        let (name, base) = seeds[seed]
        try place.write(bytes, "\(folder)/\(name)/\(file)")
        try decode(try Adapter.open(place.path("\(folder)/\(name)"), on: base))
      }
    }
    let files = ["llama-embedding", "qwen2-head", "gemma3"].map { "adapter-kinds/gguf/\($0)" }
    let bases = try ["llama-linear", "qwen2-untied", "gemma3"].map { try Checkpoint.open("\(goldens)/families/\($0)") }
    return [
      try target("adapter-config", "a", "adapter_config.json", .json),
      try target("adapter-tensors", "b", "adapter_model.safetensors", .safetensors),
      FuzzTarget("adapter-gguf", .gguf, try files.map { try place.golden("\($0).gguf") }) { bytes, seed in
        let path = try place.write(bytes, "lora.gguf")
        try decode(try Adapter.open(path, on: bases[seed]))
      },
    ]
  }

  /// What an adapter makes of its base.
  private static func decode(_ adapter: Adapter) throws {
    guard adapter.changesWeights else { return }
    for name in adapter.checkpoint.tensors.names { try adapter.checkpoint.tensors.tensor(name).map(decode) }
  }

  /// A tensor whose size the reader took for possible is small: its bytes are in the file.
  private static func decode(_ tensor: Tensor) throws {
    try require(
      tensor.count <= 1 << 22,
      "\(tensor.name) has \(tensor.count) weights in a file of \(tensor.file.bytes.count) bytes")
    _ = tensor.firstNonFinite()
    _ = tensor.decodeAll()
  }
}
