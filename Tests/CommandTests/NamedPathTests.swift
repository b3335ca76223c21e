import Foundation
import Testing

@Suite("A path that a file names and that leads nowhere is refused by the file and its key")
struct NamedPathTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder.project() }

  @Test("a configuration's base, baseline, suites and data")
  func configuration() throws {
    let base = golden("checkpoints/llama-tied")
    try folder.writeConfiguration(base: base, suite: "nowhere")
    try expectRefusal("run", in: folder, naming: ["holdfast.yaml: suites: '", "/nowhere': no such suite folder; "])
    try expectRefusal(
      "baseline", "save", in: folder, naming: ["holdfast.yaml: suites: '", "/nowhere': no such suite folder; "])
    try folder.writeConfiguration(base: base, suite: "suite")
    try expectRefusal(
      "gate", "--candidate", base, in: folder, besides: "ledger.sqlite",
      naming: ["holdfast.yaml: baseline: '", "': no such file; make it with"])
    try expectRefusal("plan", in: folder, naming: ["holdfast.yaml: baseline: '", "': no such file; make it with"])
    try folder.writeConfiguration(base: "./nowhere", suite: "suite")
    try expectRefusal(
      "baseline", "save", in: folder, besides: "ledger.sqlite", naming: ["holdfast.yaml: base: '", "/nowhere': "])
    try expectRefusal("run", in: folder, besides: "ledger.sqlite", naming: ["holdfast.yaml: base: '", "/nowhere': "])
    try folder.writeConfiguration(base: "smollm9", suite: "suite")
    try expectRefusal("run", in: folder, naming: ["holdfast.yaml: base: 'smollm9': no such file or folder; "])
  }

  @Test("a recipe's data, pools and base")
  func recipe() throws {
    try FileManager.default.createDirectory(at: folder.file("recipes"), withIntermediateDirectories: true)
    try folder.write("recipes/train.jsonl", #"{"prompt": "say quick", "completion": " quick"}"# + "\n")
    let rest = "recipe: a\nmethod: full\nlearning_rate: 1e-3\nsteps: 2\nbatch: 1\n"
    for (key, text) in [
      ("data.train", "data: {train: x.jsonl}"), ("data.test", "data: {train: train.jsonl, test: x.jsonl}"),
      ("mix.general.data", "data: {train: train.jsonl}\nmix: {general: {data: x.jsonl}}"),
      ("mix.icl.pool", "data: {train: train.jsonl}\nmix: {icl: {pool: x.jsonl}}"),
      ("preserve.pool", "data: {train: train.jsonl}\npreserve: {pool: x.jsonl}"),
    ] {
      try folder.write("recipes/a.yaml", rest + text)
      try expectRefusal(
        "train", "recipes/a.yaml", "--out", "out", in: folder,
        naming: ["recipes/a.yaml: \(key): 'x.jsonl': no such file; check the path"])
    }
    try folder.write("recipes/a.yaml", rest + "data: {train: train.jsonl}\nbase: ./nowhere")
    try expectRefusal(
      "train", "recipes/a.yaml", "--out", "out", in: folder,
      naming: ["recipes/a.yaml: base: './nowhere': no such file or folder; "])
  }
}
