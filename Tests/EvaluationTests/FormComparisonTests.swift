import Checkpoints
import Diagnostics
import Evaluation
import Foundation
import Gating
import Suites
import Testing

@Suite("The forms in which one fine-tuning ships")
struct FormComparisonTests {
  private let folder: URL
  private let base: Checkpoint
  private let adapter: Adapter
  private let adapterPath = TinyExperiment.golden("adapters/plain")
  private let basePath = TinyExperiment.golden("checkpoints/llama-tied")

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("holdfast-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    base = try Checkpoint.open(basePath)
    adapter = try Adapter.open(adapterPath, on: base)
  }

  @Test("right exports raise no alarm: fp32, bf16, bf16 saved as fp32, bf16 arithmetic")
  func right() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    func nearest(_ value: Float) -> Float {
      StorageRounding.rounded([value], columns: 1, as: .bf16)?[0] ?? value
    }
    let forms = [
      try form("f32"), try form("bf16", as: .bf16), try form("rounded") { _, merged, _ in nearest(merged) },
      try form("arithmetic", as: .bf16) { _, merged, own in nearest(nearest(own) + nearest(merged - own)) },
    ]
    for finding in try compare(forms) {
      #expect(finding.faults.isEmpty && finding.problem == nil, "\(finding.text)")
      let weights = try #require(finding.weights)
      #expect(abs(weights.kept - 1) < 0.05 && weights.residual <= weights.limit, "\(finding.text)")
    }
    let stored = try compare(forms).map { $0.weights?.storage }
    #expect(stored == ["f32", "bf16", "bf16", "bf16"])
    #expect(try compare([adapterPath]).map(\.text)[0].hasSuffix("the same weights"))
  }

  @Test("each planted fault is named")
  func planted() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    var random = SplitMix64(seed: 3)
    let changed = Set(adapter.modules.map { "\($0.path).weight" })
    let left = try #require(changed.min())
    let tokenizer = try form("tokenizer") { _, merged, _ in merged }
    try edit("tokenizer/tokenizer.json") { document in
      var model = document["model"] as? [String: Any] ?? [:]
      model["merges"] = ((model["merges"] as? [Any]) ?? []).dropLast(40).map { $0 }
      document["model"] = model
    }
    let template = try form("template")
    try Data("{{ messages }}".utf8).write(to: folder.appendingPathComponent("template/chat_template.jinja"))
    let rotary = try form("rotary")
    try edit("rotary/config.json") { document in
      document["rope_theta"] = 1234.0
      document["rope_parameters"] = nil
    }
    let begins = try form("bos")
    try edit("bos/tokenizer.json") { document in
      let name = "<|endoftext|>"
      document["post_processor"] =
        [
          "type": "TemplateProcessing",
          "single": [["SpecialToken": ["id": name, "type_id": 0]], ["Sequence": ["id": "A", "type_id": 0]]],
          "pair": [["Sequence": ["id": "A", "type_id": 0]], ["Sequence": ["id": "B", "type_id": 1]]],
          "special_tokens": [name: ["id": name, "ids": [0], "tokens": [name]]],
        ] as [String: Any]
    }
    let ends = try form("eos")
    try edit("eos/config.json") { $0["eos_token_id"] = 65 }
    try edit("eos/tokenizer_config.json") { $0["eos_token"] = nil }
    let planted: [(path: String, name: String)] = [
      (tokenizer, "tokenizer"), (template, "template"), (rotary, "configuration"), (begins, "special_tokens"),
      (ends, "special_tokens"),
      (basePath, "not_merged"), (try form("unmerged", as: .bf16) { _, _, own in own }, "not_merged"),
      (TinyExperiment.golden("checkpoints/llama-tied-q8_0.gguf"), "not_merged"),
      (try form("twice") { _, merged, own in 2 * merged - own }, "merged_twice"),
      (try form("scaled") { _, merged, own in own + (merged - own) / 4 }, "other_scale"),
      (try form("left") { name, merged, own in name == left ? own : merged }, "modules_left_out"),
      (
        try form("other") { _, merged, _ in merged * (1 + 0.05 * (Float(random.next() % 1000) / 500 - 1)) },
        "other_base"
      ),
    ]
    for (finding, fault) in zip(try compare(planted.map(\.path)), planted) {
      #expect(finding.faults.map(\.name) == [fault.name], "\(finding.text)")
      #expect(finding.problem == nil)
    }
  }

  @Test("what cannot be opened is told, and costs the others nothing")
  func broken() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let whole = try subject(try form("f32"))
    let findings = try comparing.compare(
      [(adapterPath, try subject(adapterPath), nil), ("gone", nil, "no such folder"), (whole.path, whole, nil)],
      [nil, nil, nil])
    #expect(findings[0].isReference && findings[1].problem == "no such folder")
    #expect(findings[2].faults.isEmpty && findings[2].problem == nil)
  }

  @Test("a finding is the same after it was kept as JSON")
  func kept() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let findings = try compare([basePath, try form("half") { _, merged, own in (merged + own) / 2 }])
    let kept = try JSONDecoder().decode([FormFinding].self, from: JSONEncoder().encode(findings))
    #expect(kept == findings)
  }

  // MARK: Making forms

  private var comparing: FormComparing {
    get throws {
      let suites = URL(fileURLWithPath: basePath).appendingPathComponent("../../../../suites/smoke").standardizedFileURL
      return FormComparing(base: base, suite: try Suite.load(suites.path), threads: 2)
    }
  }

  private func subject(_ path: String) throws -> Evaluation.Subject {
    try Evaluation.Subject(path: path, base: base, hashes: NoHashCache())
  }

  /// Each beside the adapter.
  private func compare(_ paths: [String]) throws -> [FormFinding] {
    let forms = try ([adapterPath] + paths).map { path -> (String, (any AskedModel)?, String?) in
      (path, try subject(path), nil)
    }
    return try Array(comparing.compare(forms, forms.map { _ in nil }).dropFirst())
  }

  /// The base's folder with other weights.
  ///
  /// - Parameter value: of a weight's name, its merged and its own value.
  private func form(
    _ name: String, as type: ElementType = .f32, value: (String, Float, Float) -> Float = { _, merged, _ in merged }
  ) throws -> String {
    let path = folder.appendingPathComponent(name)
    try FileManager.default.copyItem(at: URL(fileURLWithPath: basePath), to: path)
    let (own, merged) = (MergedWeights(base, adapter: nil), MergedWeights(base, adapter: adapter))
    let tensors = try own.places.map { place in
      let values = zip(try merged.values(of: place.name), try own.values(of: place.name))
      return (name: place.name, shape: place.shape, values: values.map { value(place.name, $0, $1) })
    }
    let weights = path.appendingPathComponent("model.safetensors")
    try FileManager.default.removeItem(at: weights)
    try SafetensorsOutput(type: type).write(tensors, to: weights)
    return path.path
  }

  private func edit(_ file: String, _ change: (inout [String: Any]) -> Void) throws {
    let url = folder.appendingPathComponent(file)
    var document = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
    change(&document)
    try JSONSerialization.data(withJSONObject: document).write(to: url)
  }
}
