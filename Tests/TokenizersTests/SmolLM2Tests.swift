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
}
