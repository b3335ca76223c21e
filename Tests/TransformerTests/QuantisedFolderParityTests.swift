import Checkpoints
import Foundation
import Testing
import Transformer

@Suite("Quantised folders: logits equal transformers' in fp32 on the dequantised weights")
struct QuantisedFolderParityTests {
  private static let folders = [
    "nf4", "nf4-double", "nf4-bf16-storage", "fp4", "bnb-int8", "fp8-block", "ct-fp8-channel", "ct-fp8-tensor",
    "ct-int8", "ct-w4a16", "ct-w4a16-asymmetric", "ct-w4a16-sorted", "ct-w8a16", "gptq-4bit", "gptq-4bit-sorted",
    "gptq-3bit", "gptq-8bit", "awq-4bit", "mlx-4bit", "mlx-3bit", "nf4-gpt2", "nf4-gpt_neox", "nf4-phi3",
  ]

  private func opened(_ name: String) throws -> Checkpoint {
    try Checkpoint.open(LogitsGolden.folder.appendingPathComponent("quantised/\(name)").path)
  }

  @Test("every logit is within 1e-4", arguments: folders)
  func logits(name: String) throws {
    try compare(Decoder(try opened(name), threads: 2), LogitsGolden("quantised/\(name)/expected.json"), adapter: nil)
  }

  @Test("an adapter on a base of 4 bits gives peft's logits on that base in fp32")
  func adapter() throws {
    let checkpoint = try opened("nf4-double")
    let path = LogitsGolden.folder.appendingPathComponent("quantised/nf4-double/adapter").path
    let decoder = try Decoder(checkpoint, adapters: [try Adapter.open(path, on: checkpoint)], threads: 2)
    try compare(decoder, LogitsGolden("quantised/nf4-double/adapter/expected.json"), adapter: 0)
  }

  private func compare(_ decoder: Decoder, _ golden: LogitsGolden, adapter: Int?) throws {
    var expected = golden.logits[...]
    for sequence in golden.sequences {
      for row in try decoder.logits(wave(sequence.ids, scoring: sequence.positions, adapter: adapter)) {
        let next = expected.popFirst()
        let reference = try #require(next)
        let worst = zip(row, reference).map { abs($0 - $1) }.max() ?? .infinity
        #expect(row.count == reference.count && worst <= 1e-4, "differs by \(worst)")
      }
    }
    #expect(expected.isEmpty)
  }
}
