import Diagnostics
import Reading

/// Every family the engine runs.
package let modelFamilies: [ModelFamily] = [
  .llama, .mistral, .ministral, .qwen2, .qwen3, .gemma, .gemma2, .gemma3Text, .phi, .phi3, .olmo2, .olmo3, .granite,
  .smollm3,
  .gpt2, .gptNeoX, .starcoder2, .stablelm, .cohere2, .glm4, .exaone4, .arcee,
  .qwen2MoE, .qwen3MoE, .mixtral, .olmoe, .graniteMoE, .graniteMoEShared,
]

extension ModelFamily {
  /// The family of a config.json's `model_type`.
  static func of(_ json: JSONFile) throws -> ModelFamily {
    let type = try json.required("model_type", try json.string("model_type"))
    if let family = modelFamilies.first(where: { $0.type == type }) { return family }
    throw json.error(
      "model_type", "'\(type)' is not supported yet; supported: \(supported)", remedy: "use a model of these families")
  }

  /// The family whose files llama.cpp's converter gives this architecture: the first in the registry where several share it.
  static func of(architecture: String?, path: String) throws -> (family: ModelFamily, layout: GGUFLayout) {
    for family in modelFamilies {
      if let layout = family.gguf, layout.architecture == architecture { return (family, layout) }
    }
    let problem: ShownText = architecture.map { "architecture '\($0)' is not supported yet" } ?? "is missing"
    let known = modelFamilies.compactMap(\.gguf?.architecture)
    throw InputError(
      path, field: "general.architecture",
      "\(problem); supported: \(Set(known).sorted().joined(separator: ", "))", remedy: "use a model of these families")
  }

  private static var supported: String { modelFamilies.map(\.type).sorted().joined(separator: ", ") }
}

extension ModelConfiguration {
  /// Its family's names and defaults.
  package var family: ModelFamily? { modelFamilies.first { $0.type == modelType } }
}
