import Checkpoints
import Foundation
import Testing
import Transformer

@Suite("Logits equal transformers' in fp32")
struct LogitsParityTests {
  @Test(
    "every logit of a tiny checkpoint is within 1e-4, whatever the format",
    arguments: [
      ("llama-tied", "llama-tied/expected.json"), ("llama-untied", "llama-untied/expected.json"),
      ("llama-f16", "llama-f16/expected.json"), ("llama-tied.gguf", "llama-tied.expected.json"),
      ("llama-tied-f16.gguf", "llama-tied-f16.expected.json"),
      ("llama-tied-q8_0.gguf", "llama-tied-q8_0.expected.json"), ("llama-untied.gguf", "llama-untied.expected.json"),
    ])
  func checkpoint(name: String, golden: String) throws {
    try compare(Decoder(try tiny(name), threads: 2), LogitsGolden("checkpoints/\(golden)"), adapter: nil)
  }

  @Test("weights in every type of few bits give transformers' logits, and the bits that the same values in F32 give")
  func lowBits() throws {
    let golden = try LogitsGolden("quantisation/llama-low-bits.expected.json")
    let checkpoint = try Checkpoint.open(
      LogitsGolden.folder.appendingPathComponent("quantisation/llama-low-bits.gguf").path)
    let types = Set(checkpoint.tensors.names.compactMap { checkpoint.tensors.tensor($0)?.type })
    #expect(types.count == 16)
    let decoder = try Decoder(checkpoint, threads: 2)
    try compare(decoder, golden, adapter: nil)
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("holdfast-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try checkpoint.writeF32(to: folder)
    let written = try Checkpoint.open(folder.path)
    #expect(written.tensors.names.allSatisfy { written.tensors.tensor($0)?.type == .f32 })
    let plain = try Decoder(written, threads: 2)
    for sequence in golden.sequences {
      let asked = wave(sequence.ids, scoring: sequence.positions)
      #expect(
        try decoder.logits(asked).map { $0.map(\.bitPattern) } == plain.logits(asked).map { $0.map(\.bitPattern) })
    }
  }

  @Test("a GGUF file in parts gives the bits that it gives in one")
  func parts() throws {
    let golden = try LogitsGolden("checkpoints/llama-tied-q8_0.expected.json")
    let whole = try Decoder(try tiny("llama-tied-q8_0.gguf"), threads: 2)
    let parts = try Decoder(try tiny("split/llama-tied-q8_0-00002-of-00003.gguf"), threads: 2)
    for sequence in golden.sequences {
      let asked = wave(sequence.ids, scoring: sequence.positions)
      #expect(try parts.logits(asked) == whole.logits(asked))
    }
  }

  @Test(
    "an unmerged adapter gives peft's logits on a folder and on a GGUF",
    arguments: ["plain", "patterns", "rslora", "nil", "dora", "modules-to-save"], ["llama-tied", "llama-tied.gguf"])
  func adapter(name: String, base: String) throws {
    let checkpoint = try tiny(base)
    let path = LogitsGolden.folder.appendingPathComponent("adapters/\(name)").path
    let adapter = try Adapter.open(path, on: checkpoint)
    let decoder = try Decoder(adapter.checkpoint, adapters: [adapter], threads: 2)
    try compare(decoder, LogitsGolden("adapters/\(name)/expected.json"), adapter: 0)
    #expect(adapter.isNil == (name == "nil"))
  }

  @Test("an adapter leaves the base model's rows in the same wave as they are, bit for bit")
  func adapterBesideBase() throws {
    let checkpoint = try tiny("llama-tied")
    let path = LogitsGolden.folder.appendingPathComponent("adapters/plain").path
    let decoder = try Decoder(checkpoint, adapters: [try Adapter.open(path, on: checkpoint)], threads: 2)
    let ids = try LogitsGolden("checkpoints/llama-tied/expected.json").sequences[1].ids
    let last = ids.count - 1
    let alone = try decoder.logits(wave(ids, scoring: [last]))[0]
    let adapted = try decoder.logits(wave(ids, scoring: [last], adapter: 0))[0]

    var both = wave(ids, scoring: [last])
    both.tokens += ids
    both.positions += both.positions
    both.segments.append(Wave.Segment(firstRow: ids.count, count: ids.count, startPosition: 0, parent: nil))
    both.scored.append(Wave.ScoredRow(row: ids.count + last, targets: [0]))
    both.adapterRanges = [
      Wave.AdapterRange(rows: 0..<ids.count, adapter: nil),
      Wave.AdapterRange(rows: ids.count..<2 * ids.count, adapter: 0),
    ]
    #expect(try decoder.logits(both) == [alone, adapted])
    #expect(alone != adapted)
  }

  private func compare(_ decoder: Decoder, _ golden: LogitsGolden, adapter: Int?) throws {
    var expected = golden.logits[...]
    for sequence in golden.sequences {
      let logits = try decoder.logits(wave(sequence.ids, scoring: sequence.positions, adapter: adapter))
      for row in logits {
        let next = expected.popFirst()
        let reference = try #require(next)
        let worst = zip(row, reference).map { abs($0 - $1) }.max() ?? .infinity
        #expect(row.count == reference.count && worst <= 1e-4, "differs by \(worst)")
      }
    }
    #expect(expected.isEmpty)
  }
}
