import Checkpoints
import Testing

@Suite("Which layer and which modules a weight is of")
struct ModuleGroupTests {
  private func counts(_ name: String) throws -> (groups: [String: Int], norms: Int, outside: [String]) {
    let checkpoint = try Checkpoint.open(goldens(name))
    let places = ModelPlaces(checkpoint.configuration.decoder)
    var groups: [String: Int] = [:]
    var (norms, outside) = (0, [String]())
    for weight in checkpoint.tensors.names {
      switch places.place(of: weight) {
      case .cell(let cell): groups[cell.group.rawValue, default: 0] += 1
      case .norms: norms += 1
      case .outside: outside.append(weight)
      }
    }
    return (groups, norms, outside.sorted())
  }

  private func goldens(_ name: String) -> String {
    let folder = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    return "/\(folder)/Goldens/\(name)"
  }

  @Test("llama's modules are six groups a layer, gate and up one of them; two norms a layer are in none")
  func llama() throws {
    let layers = try Checkpoint.open(goldens("checkpoints/llama-tied")).configuration.layerCount
    let found = try counts("checkpoints/llama-tied")
    #expect(
      found.groups == [
        "q": layers, "k": layers, "v": layers, "o": layers, "gate/up": 2 * layers, "down": layers,
      ])
    #expect(found.norms == 2 * layers)
    #expect(found.outside == ["model.embed_tokens.weight", "model.norm.weight"])
  }

  @Test("a GGUF file's weights are in the same places as the folder's")
  func gguf() throws {
    let (folder, file) = (try counts("checkpoints/llama-tied"), try counts("checkpoints/llama-tied.gguf"))
    #expect(folder.groups == file.groups && folder.norms == file.norms && folder.outside == file.outside)
  }

  @Test("GPT-2 has one matrix for q, k and v; its biases are with their weights, positions outside")
  func gpt2() throws {
    let found = try counts("families/gpt2")
    let layers = try Checkpoint.open(goldens("families/gpt2")).configuration.layerCount
    #expect(
      found.groups == ["q/k/v": 2 * layers, "o": 2 * layers, "gate/up": 2 * layers, "down": 2 * layers])
    #expect(found.outside.contains("transformer.wpe.weight"))
  }

  @Test("experts are of gate/up and down, the router is a group of its own, and nothing is left out")
  func mixture() throws {
    let checkpoint = try Checkpoint.open(goldens("families/mixtral"))
    let spec = checkpoint.configuration.decoder
    let experts = try #require(spec.mixture).expertCount
    let found = try counts("families/mixtral")
    #expect(found.groups["gate/up"] == 2 * experts * spec.layerCount)
    #expect(found.groups["down"] == experts * spec.layerCount)
    #expect(found.groups["router"] == spec.layerCount)
    #expect(
      found.groups.values.reduce(0, +) + found.norms + found.outside.count == checkpoint.tensors.names.count)
    let places = ModelPlaces(spec)
    let stack = try #require(spec.mixture?.stacks.first { $0.projections == [.down] })
    #expect(
      places.place(of: spec.names.path(stack.name, layer: 1)) == .cell(ModelCell(layer: 1, group: .down)))
  }

  @Test("groups stand as a block has them, each on its side")
  func order() {
    #expect(
      [ModuleGroup.down, .attentionOutput, .query, .gateUp].sorted() == [.query, .attentionOutput, .gateUp, .down])
    #expect(ModuleGroup.allCases.filter { $0.side == .mlp } == [.gateUp, .down, .router])
    #expect(ModelCell(layer: 3, group: .gateUp).description == "layer 3 gate/up")
  }
}
