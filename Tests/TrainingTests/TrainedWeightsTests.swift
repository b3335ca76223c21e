import Checkpoints
import Testing
import Training
import Transformer

@Suite("A method trains the weights that it names")
struct TrainedWeightsTests {
  let folder: RecipeFolder
  let spec: DecoderSpec

  init() throws {
    folder = try RecipeFolder()
    spec = try tinyCheckpoint().configuration.decoder
  }

  private func weights(_ more: String = "", method: String) throws -> TrainedWeights {
    try TrainedWeights(try folder.recipe(more, method: method), spec: spec)
  }

  @Test("full: every weight of two layers, the embedding and the final norm")
  func full() throws {
    let weights = try weights(method: "full")
    #expect(weights.names.count == 2 * 9 + 2)
    #expect(weights.names.contains("model.embed_tokens.weight"))
    #expect(weights.lowRank == nil)
  }

  @Test("value-only: the value projections")
  func valueOnly() throws {
    #expect(
      try weights(method: "value-only").names
        == ["model.layers.0.self_attn.v_proj.weight", "model.layers.1.self_attn.v_proj.weight"])
  }

  @Test("modules: last parts of paths, whole paths and regular expressions")
  func modules() throws {
    #expect(try weights("modules: [mlp.up_proj, model.norm]", method: "modules").names.count == 3)
    #expect(
      try weights(#"modules: ['model\.layers\.1\..*_proj']"#, method: "modules").names.count == 7)
    #expect(
      try weights("modules: [model.layers.0.self_attn.q_proj.weight]", method: "modules").names
        == ["model.layers.0.self_attn.q_proj.weight"])
    #expect(
      folder.refusal { try weights("modules: [u_proj]", method: "modules") }
        == "recipe.yaml: modules: the model has no module 'u_proj'; did you mean 'k_proj'?")
  }

  @Test("lora: names, all-linear, or one regular expression; in all layers or none")
  func lora() throws {
    func targets(_ text: String) throws -> Set<String>? {
      try weights("lora: {target_modules: \(text)}", method: "lora").lowRank?.modules
    }
    #expect(try weights(method: "lora").lowRank == LowRankSettings())
    #expect(try targets("[o_proj, mlp.down_proj]") == ["self_attn.o_proj", "mlp.down_proj"])
    #expect(try targets("all-linear") == Set(spec.names.modules.map(\.path)))
    #expect(try targets("'.*\\.(q|k)_proj'") == ["self_attn.q_proj", "self_attn.k_proj"])
    #expect(
      folder.refusal { try targets("[q_proj, vproj]") }
        == "recipe.yaml: lora.target_modules: the model has no module 'vproj'; did you mean 'v_proj'?")
    #expect(
      folder.refusal { try targets("[layers.0.self_attn.q_proj]") }
        == "recipe.yaml: lora.target_modules: names model.layers.0.self_attn.q_proj in some layers only; "
        + "name a projection of all layers, such as v_proj")
    #expect(
      folder.refusal { try targets("'(?=x)'") }.hasPrefix("recipe.yaml: lora.target_modules: '(?=x)': "))
  }

  @Test("of a mixture all-linear has no experts and no router; both are adapted by name, but for experts in one tensor")
  func mixture() throws {
    func targets(_ text: String, of family: String) throws -> Set<String> {
      let model = try familyCheckpoint(family)
      let recipe = try folder.recipe("lora: {target_modules: \(text)}", method: "lora")
      return try TrainedWeights(recipe, for: model.configuration).lowRank?.modules ?? []
    }
    let attention = Set(["q", "k", "v", "o"].map { "self_attn.\($0)_proj" })
    #expect(try targets("all-linear", of: "qwen3_moe") == attention)
    #expect(try targets("all-linear", of: "qwen2_moe").count == 8)
    let experts = Set((0..<6).map { "mlp.experts.\($0).down_proj" })
    #expect(try targets("[down_proj, mlp.gate]", of: "qwen3_moe") == experts.union(["mlp.gate"]))
    #expect(try targets("[down_proj]", of: "qwen3_moe-mixed") == experts.union(["mlp.down_proj"]))
    #expect(
      folder.refusal { try targets("[down_proj]", of: "granitemoe") }.hasPrefix(
        "recipe.yaml: lora.target_modules: names model.layers.0.block_sparse_moe.experts.0.down_proj, and this family"))
  }
}
