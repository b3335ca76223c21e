import Checkpoints
import Foundation
import Testing

@Suite("A model is written as the GGUF file that llama.cpp's converter makes of it")
struct GGUFOutputTests {
  private static let families = golden("families")
  /// Families that are in both forms, the file by llama.cpp's converter in BF16.
  private static let names: [String] = ((try? FileManager.default.contentsOfDirectory(atPath: families.path)) ?? [])
    .filter { $0.hasSuffix(".gguf") }.map { String($0.dropLast(5)) }
    .filter { (try? Checkpoint.open(families.appendingPathComponent($0).path)) != nil }.sorted()

  @Test("of a folder: every tensor's type, order and bytes, and every key but how it was named", arguments: names)
  func folder(name: String) throws {
    let folder = try TemporaryFolder()
    let like = Self.families.appendingPathComponent("\(name).gguf")
    let weights = try MergedWeightsTests.merged("families/\(name)", nil)
    try GGUFOutput(weights, like: like.path, type: .bf16).write(to: folder.path("out.gguf"))
    let (written, expected) = (try GGUFFile(URL(fileURLWithPath: folder.path("out.gguf"))), try GGUFFile(like))
    #expect(Self.order(written) == Self.order(expected))
    for (name, tensor) in written.tensors {
      let other = try #require(expected.tensors[name])
      #expect(tensor.type == other.type && tensor.shape == other.shape, "\(name)")
      #expect(tensor.storedBytes.elementsEqual(other.storedBytes), "\(name)")
    }
    #expect(Set(written.metadata.keys) == Set(expected.metadata.keys).union(["general.file_type"]))
    #expect(try written.metadata.integer("general.file_type") == 32)
  }

  private static func order(_ file: GGUFFile) -> [String] {
    file.tensors.values.sorted { ($0.offset ?? 0) < ($1.offset ?? 0) }.map(\.name)
  }

  @Test(
    "of a file: values as they are merged, metadata byte by byte, in every type",
    arguments: ["llama-tied.gguf", "llama-tied-q8_0.gguf"], [ElementType.f32, .bf16, .f16, .q8_0])
  func types(base: String, type: ElementType) throws {
    let folder = try TemporaryFolder()
    let weights = try MergedWeightsTests.merged("checkpoints/\(base)", "adapters/plain")
    let source = golden("checkpoints/\(base)")
    try GGUFOutput(weights, like: source.path, type: type).write(to: folder.path("new/out.gguf"))
    let written = try Checkpoint.open(folder.path("new/out.gguf"))
    for place in weights.places {
      let tensor = try #require(written.tensors.tensor(place.name))
      #expect(tensor.type == (place.shape.count == 1 ? .f32 : type))
      let (own, values) = (tensor.decodeAll(), try weights.values(of: place.name))
      let largest = values.map(abs).max() ?? 0
      let step: Float =
        type == .q8_0 ? largest / 127 : type == .bf16 ? largest / 256 : type == .f16 ? largest / 2048 : 0
      #expect(zip(own, values).allSatisfy { abs($0 - $1) <= step }, "\(place.name)")
    }
    let (file, other) = (try GGUFFile(URL(fileURLWithPath: folder.path("new/out.gguf"))), try GGUFFile(source))
    #expect(
      Set(file.metadata.keys) == Set(other.metadata.keys).union(["general.file_type", "general.quantization_version"]))
    #expect(try file.metadata.strings("tokenizer.ggml.tokens") == other.metadata.strings("tokenizer.ggml.tokens"))
    #expect(try file.metadata.integer("general.file_type") == [.f32: 0, .f16: 1, .q8_0: 7, .bf16: 32][type])
    #expect(try file.metadata.integer("general.quantization_version") == 2)
  }

  @Test("the matrices are those of a folder of the same type, to the bit", arguments: [ElementType.f32, .bf16, .f16])
  func sameAsFolder(type: ElementType) throws {
    let folder = try TemporaryFolder()
    let weights = try MergedWeightsTests.merged("checkpoints/llama-tied", "adapters/patterns")
    try weights.write(to: folder.path("folder"), as: type)
    try GGUFOutput(weights, like: golden("checkpoints/llama-tied.gguf").path, type: type).write(
      to: folder.path("out.gguf"))
    let (one, other) = (try Checkpoint.open(folder.path("folder")), try Checkpoint.open(folder.path("out.gguf")))
    for place in weights.places where place.shape.count == 2 || type == .f32 {
      #expect(one.tensors.tensor(place.name)?.decodeAll() == other.tensors.tensor(place.name)?.decodeAll())
    }
  }

  @Test("a base that nothing changes is written with the bytes that it has")
  func unchanged() throws {
    let folder = try TemporaryFolder()
    let path = golden("checkpoints/llama-tied-q8_0.gguf").path
    let weights = try MergedWeightsTests.merged("checkpoints/llama-tied-q8_0.gguf", "adapters/nil")
    try GGUFOutput(weights, like: path, type: .q8_0).write(to: folder.path("out.gguf"))
    let (written, base) = (
      try GGUFFile(URL(fileURLWithPath: folder.path("out.gguf"))), try GGUFFile(URL(fileURLWithPath: path))
    )
    for (name, tensor) in written.tensors {
      #expect(base.tensors[name]?.storedBytes.elementsEqual(tensor.storedBytes) == true, "\(name)")
    }
  }

  @Test("a chat template takes the place of the file's, or is added")
  func template() throws {
    let folder = try TemporaryFolder()
    let path = golden("checkpoints/llama-tied.gguf").path
    let weights = try MergedWeightsTests.merged("checkpoints/llama-tied.gguf", "adapters/plain")
    try GGUFOutput(weights, like: path, type: .f16, chatTemplate: "{{ messages }}").write(to: folder.path("out.gguf"))
    let written = try GGUFFile(URL(fileURLWithPath: folder.path("out.gguf")))
    #expect(try written.metadata.string("tokenizer.chat_template") == "{{ messages }}")
  }

  @Test("rows that are no whole blocks are f16 in a file of q8_0")
  func narrow() throws {
    let folder = try TemporaryFolder()
    let name = try #require(
      Self.names.first { name in
        let file = try? GGUFFile(Self.families.appendingPathComponent("\(name).gguf"))
        return file?.tensors.values.contains { $0.shape.count == 2 && $0.columns % 32 != 0 } == true
      })
    let weights = try MergedWeightsTests.merged("families/\(name)", nil)
    let like = Self.families.appendingPathComponent("\(name).gguf")
    try GGUFOutput(weights, like: like.path, type: .q8_0).write(to: folder.path("out.gguf"))
    let written = try GGUFFile(URL(fileURLWithPath: folder.path("out.gguf")))
    let types = Set(written.tensors.values.filter { $0.shape.count == 2 && $0.columns % 32 != 0 }.map(\.type))
    #expect(types == [.f16])
  }

  @Test("a GGUF file of another model is refused by what differs, and a place that is taken")
  func refusals() throws {
    let folder = try TemporaryFolder()
    let weights = try MergedWeightsTests.merged("checkpoints/llama-tied", "adapters/plain")
    let untied = golden("checkpoints/llama-untied.gguf").path
    expectInputError("llama-untied.gguf", "--like") { _ = try GGUFOutput(weights, like: untied, type: .f16) }
    let qwen = golden("families/qwen2.gguf").path
    expectInputError("qwen2.gguf", "--like") { _ = try GGUFOutput(weights, like: qwen, type: .f16) }
    let output = try GGUFOutput(weights, like: golden("checkpoints/llama-tied.gguf").path, type: .f16)
    try folder.write("used.gguf", "")
    expectInputError("used.gguf", "is there already", "--out") { try output.write(to: folder.path("used.gguf")) }
    expectInputError("used.gguf/out.gguf") { try output.write(to: folder.path("used.gguf/out.gguf")) }
    #expect(try folder.names == ["used.gguf"])
  }
}
