import Checkpoints
import Foundation
import Testing
import Tokenizers

@Suite("SmolLM2's own vocabulary")
struct SmolLM2Tests {
  private static let model: String = {
    let repository = TokenizerGoldens.folder.deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let folder = ProcessInfo.processInfo.environment["HOLDFAST_MODELS"] ?? repository.appending(path: "models").path
    return "\(folder)/smollm2-135m-instruct.gguf"
  }()
  private static let isHere = FileManager.default.fileExists(atPath: model)

  @Test(
    "gives the ids of `tokenizers` on 2,500 texts, from the GGUF",
    .enabled(if: isHere, "needs smollm2-135m-instruct.gguf in $HOLDFAST_MODELS or models/ (`holdfast fetch`)"))
  func idsEqual() throws {
    let tokenizer = try Tokenizer(Checkpoint.open(Self.model).tokenizer)
    #expect(tokenizer.vocabularySize == 49_152)
    #expect(tokenizer.kind == "byte-level BPE, smollm")
    #expect(!tokenizer.addsBOS)
    #expect(tokenizer.bosTokenID == 1)
    #expect(tokenizer.eosTokenID == 2)
    let corpus = try TokenizerGoldens.corpus()
    let expected = try TokenizerGoldens.ids("smollm2")
    let different = zip(corpus, expected).filter { tokenizer.encode($0) != $1 }.map(\.0)
    #expect(different.isEmpty, "\(different.count) differ, such as \(different.prefix(3).map(\.debugDescription))")
  }

  @Test(
    "gives the same ids when it is written as tokenizer.json",
    .enabled(if: isHere, "needs smollm2-135m-instruct.gguf in $HOLDFAST_MODELS or models/ (`holdfast fetch`)"))
  func exportedIDsEqual() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "holdfast-smollm2-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try TokenizerExport(Checkpoint.open(Self.model).tokenizer, contextLength: 8192).write(into: folder)
    let tokenizer = try Tokenizer(
      json: folder.appending(path: "tokenizer.json"), configuration: folder.appending(path: "tokenizer_config.json"))
    let different = zip(try TokenizerGoldens.corpus(), try TokenizerGoldens.ids("smollm2"))
      .filter { tokenizer.encode($0) != $1 }
    #expect(different.isEmpty)
    #expect(tokenizer.vocabularySize == 49_152)
    #expect(tokenizer.bosTokenID == 1)
    #expect(tokenizer.eosTokenID == 2)
  }
}
