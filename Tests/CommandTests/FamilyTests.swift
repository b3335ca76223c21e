import Foundation
import Testing

@Suite("A model of any family, from the folder that it lies in to its scores")
struct FamilyTests {
  @Test(
    "init finds it, run asks it, and its adapter changes its answers",
    arguments: ["qwen2", "qwen3", "gemma3", "mistral", "phi3", "olmo2", "granite", "gpt2", "gpt_neox", "cohere2"])
  func scored(name: String) throws {
    let folder = try TemporaryFolder.project()
    try FileManager.default.removeItem(at: folder.file("holdfast.yaml"))
    try folder.copy(golden("families/\(name)"), as: "base")
    try FileManager.default.moveItem(at: folder.file("base/adapter"), to: folder.file("tuned"))
    let found = try holdfast("init", in: folder)
    #expect(found.status == 0, "\(found.err)")
    #expect(try folder.read("holdfast.yaml").contains("\nbase: ./base\n"))
    let run = try holdfast("run", in: folder)
    #expect(run.status == 0, "\(run.err)")
    try folder.write("requests.jsonl", "{\"context\": \"echo 12\", \"continuation\": \" 12\"}\n")
    let base = try holdfast("score", "--model", "base", "--requests", "requests.jsonl", in: folder)
    let tuned = try holdfast(
      "score", "--model", "base", "--adapter", "tuned", "--requests", "requests.jsonl", in: folder)
    #expect(base.status == 0 && tuned.status == 0, "\(base.err)\(tuned.err)")
    #expect(base.out.contains("\"logprob\"") && base.out != tuned.out)
  }
}
