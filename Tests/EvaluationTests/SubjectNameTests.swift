import Testing

import Evaluation

@Suite("What reports call a model")
struct SubjectNameTests {
  @Test(
    "the last part of its path, a step's with the folder's, a GGUF file's without its ending and its number",
    arguments: [
      ("models/tuned", "tuned"), ("out/checkpoint-100", "out/checkpoint-100"),
      ("a/Qwen3-4B.Q4_K_M.gguf", "Qwen3-4B.Q4_K_M"),
      ("a/Qwen3-4B-00002-of-00003.gguf", "Qwen3-4B"), ("a/odd-2-of-3.gguf", "odd-2-of-3"),
    ])
  func names(path: String, name: String) { #expect(Subject.shortName(path) == name) }
}
