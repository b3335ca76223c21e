import Checkpoints
import Foundation
import Transformer

/// Full logits from transformers (fp32) for a tiny checkpoint: Scripts/goldens/checkpoints.py and adapters.py made them.
struct LogitsGolden {
  struct Sequence: Decodable {
    let ids: [Int32]
    let positions: [Int]
  }

  private struct File: Decodable {
    let vocabulary: Int
    let logits: String
    let sequences: [Sequence]
    let base: String?
    let ignored: Float?
  }

  /// Of an adapter by adapter_kinds.py: the folder of its base, below `families`.
  let base: String?
  /// How far off the logits are where only the plain LoRA of that adapter is applied.
  let ignored: Float?
  let sequences: [Sequence]
  /// One row a position of a sequence, in order.
  let logits: [[Float]]

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Goldens")

  /// - Parameter path: of the .json file, below Tests/Goldens.
  init(_ path: String) throws {
    let url = Self.folder.appendingPathComponent(path)
    let file = try JSONDecoder().decode(File.self, from: Data(contentsOf: url))
    (sequences, base, ignored) = (file.sequences, file.base, file.ignored)
    let data = try Data(contentsOf: url.deletingLastPathComponent().appendingPathComponent(file.logits))
    let values = data.withUnsafeBytes { bytes in
      (0..<data.count / 4).map {
        Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self)))
      }
    }
    logits = stride(from: 0, to: values.count, by: file.vocabulary).map {
      Array(values[$0..<$0 + file.vocabulary])
    }
  }
}

/// A wave that is one sequence, scored at some positions.
func wave(_ ids: [Int32], scoring positions: [Int], adapter: Int? = nil) -> Wave {
  var wave = Wave()
  wave.tokens = ids
  wave.positions = ids.indices.map { Int32($0) }
  wave.segments = [Wave.Segment(firstRow: 0, count: ids.count, startPosition: 0, parent: nil)]
  wave.scored = positions.map { Wave.ScoredRow(row: $0, targets: [0]) }
  wave.adapterRanges = [Wave.AdapterRange(rows: 0..<ids.count, adapter: adapter)]
  return wave
}

func tiny(_ name: String) throws -> Checkpoint {
  try Checkpoint.open(LogitsGolden.folder.appendingPathComponent("checkpoints/\(name)").path)
}

extension Checkpoint {
  /// Writes the model as a folder whose weights are the floats that its own decode to.
  func writeF32(to folder: URL) throws {
    let writer = try ModelWriter(configuration: configuration, tokenizer: tokenizer, type: .f32)
    let decoded = tensors.names.compactMap(tensors.tensor).map { ($0.name, $0.shape, $0.decodeAll()) }
    let weights = decoded.map { name, shape, values -> ModelWriter.Weight in
      let memory = UnsafeMutablePointer<Float>.allocate(capacity: values.count)
      memory.initialize(from: values, count: values.count)
      return (name, shape, UnsafePointer(memory))
    }
    defer { for weight in weights { weight.values.deallocate() } }
    try writer.write(weights, to: folder.path)
  }
}
