import Reading

extension ModelFamily {
  /// Mistral 7B and its kin; the window is 4096 where the key is absent, none where it is null. GGUF calls it llama.
  static let mistral = ModelFamily("mistral", "MistralForCausalLM", gguf: nil) { json in
    var spec = try DecoderSpec(json, mistralFields)
    try spec.setWindows(json, window: json.mistralWindow()) { _ in true }
    return spec
  }

  /// Ministral: Mistral with a window on some layers.
  static let ministral = ModelFamily("ministral", "MinistralForCausalLM", gguf: nil) { json in
    var spec = try DecoderSpec(json, mistralFields)
    let window = try json.mistralWindow()
    try spec.setWindows(json, window: window) { _ in window != nil }
    return spec
  }

  private static let mistralFields = CommonFields(
    defaults: ["num_key_value_heads": 8, "max_position_embeddings": 131_072])
}

extension JSONFile {
  fileprivate func mistralWindow() throws -> Int? {
    members["sliding_window"] == nil ? 4096 : try integer("sliding_window")
  }
}
