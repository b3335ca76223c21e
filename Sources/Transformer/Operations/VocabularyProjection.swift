import CKernels
import Checkpoints
import Diagnostics
import Foundation
import Synchronization

/// What a decoder says of the token after one row.
package struct NextToken: Sendable, Equatable {
  /// The natural logarithm of Σ exp(logit) over the whole vocabulary.
  package let logSumExp: Double
  /// The token with the highest logit; the lowest id among equals.
  package let argmax: Int32
  /// The logits of the tokens that were asked for, in the order asked.
  package let targetLogits: [Float]

  /// The log-probability of the `index`-th token that was asked for, in nats.
  package func logprob(_ index: Int) -> Double { Double(targetLogits[index]) - logSumExp }
}

/// The vocabulary projection at scored rows alone, in chunks of the vocabulary whose bounds are fixed: no matrix of logits is ever whole.
final class VocabularyProjection: @unchecked Sendable {
  // Sendable: tasks of one wave write disjoint parts of the buffers.
  /// Outputs decoded at a time.
  static let chunkSize = 2048
  /// Scored rows whose logits for a chunk are in memory at a time.
  static let blockRows = 1536

  private let head: Tensor
  /// Added to the logits; nil where the head has none.
  private let bias: [Float]?
  private let scale: Float
  /// 0 for none.
  private let cap: Float
  private let path: String
  private let chunk: PackedMatrix
  private let logits: FloatBuffer

  init(_ weights: DecoderWeights, _ spec: DecoderSpec) {
    head = weights.head
    bias = weights.headBias
    scale = spec.logitScale
    cap = spec.logitCap ?? 0
    path = weights.path
    let size = min(Self.chunkSize, head.rows)
    chunk = PackedMatrix(outputs: size, inputs: head.columns)
    logits = FloatBuffer(Self.blockRows * size)
  }

  /// - Parameters:
  ///   - x: [count, hidden], normed.
  ///   - targets: the tokens whose logits are wanted, by row.
  ///   - inspect: sees the logits of a block of rows and a chunk (first row, rows, first token, tokens, logits); for whole logits in tests.
  func forward(
    _ x: UnsafePointer<Float>, count: Int, targets: [[Int32]], team: ThreadTeam, scratch: [FloatBuffer],
    inspect: ((Int, Int, Int, Int, UnsafePointer<Float>) -> Void)? = nil
  ) throws -> [NextToken] {
    guard count > 0 else { return [] }
    var running = [RunningLogSumExp](repeating: RunningLogSumExp(), count: count)
    var targetLogits = targets.map { [Float](repeating: .nan, count: $0.count) }
    let wanted = Self.wantedByChunk(targets, chunkSize: chunk.outputs, vocabulary: head.rows)
    for (chunkIndex, first) in stride(from: 0, to: head.rows, by: chunk.outputs).enumerated() {
      try Interruption.check()
      let tokens = min(chunk.outputs, head.rows - first)
      try load(first: first, tokens: tokens, team, scratch)
      for begin in stride(from: 0, to: count, by: Self.blockRows) {
        let rows = min(Self.blockRows, count - begin)
        running.withUnsafeMutableBufferPointer { running in
          let state = running.baseAddress! + begin
          forwardBlock(x + begin * head.columns, rows: rows, first: first, tokens: tokens, state: state, team)
        }
        for (row, index, token) in wanted[chunkIndex] where row >= begin && row < begin + rows {
          targetLogits[row][index] = logits.pointer[(row - begin) * chunk.outputs + Int(token) - first]
        }
        if let inspect {
          for row in 0..<rows { inspect(begin + row, 1, first, tokens, logits.pointer + row * chunk.outputs) }
        }
      }
    }
    return (0..<count).map {
      NextToken(logSumExp: running[$0].value, argmax: running[$0].argmax, targetLogits: targetLogits[$0])
    }
  }

  private func load(first: Int, tokens: Int, _ team: ThreadTeam, _ scratch: [FloatBuffer]) throws {
    let bad = Atomic<Bool>(false)
    team.run((tokens + 15) / 16) { strip, worker in
      // The last chunk may end within a strip: rows past the vocabulary are never read.
      let finite = chunk.pack(
        strip: strip, from: head, firstRow: first, limit: tokens, scratch: scratch[worker].pointer)
      if !finite { bad.store(true, ordering: .relaxed) }
    }
    if bad.load(ordering: .relaxed) { throw nonFiniteWeight(in: head, path: path) }
  }

  private func forwardBlock(
    _ x: UnsafePointer<Float>, rows: Int, first: Int, tokens: Int,
    state: UnsafeMutablePointer<RunningLogSumExp>, _ team: ThreadTeam
  ) {
    let tile = team.taskRows(rows, atMost: 48)
    let panels = (tokens + 63) / 64
    team.run((rows + tile - 1) / tile) { task, _ in
      let begin = task * tile
      let here = min(tile, rows - begin)
      let to = logits.pointer + begin * chunk.outputs
      hf_gemm(
        x + begin * chunk.inputs, chunk.inputs, here, chunk.storage.pointer, chunk.inputs, tokens, 0, panels, to,
        chunk.outputs, 0)
      for row in 0..<here {
        if let bias {
          bias.withUnsafeBufferPointer {
            if let base = $0.baseAddress { hf_add(to + row * chunk.outputs, base + first, tokens) }
          }
        }
        if scale != 1 || cap != 0 { hf_scale_and_cap(to + row * chunk.outputs, tokens, scale, cap) }
        state[begin + row].add(hf_log_sum_exp_chunk(to + row * chunk.outputs, tokens), firstToken: first)
      }
    }
  }

  private static func wantedByChunk(
    _ targets: [[Int32]], chunkSize: Int, vocabulary: Int
  ) -> [[(row: Int, index: Int, token: Int32)]] {
    var wanted = [[(row: Int, index: Int, token: Int32)]](
      repeating: [], count: (vocabulary + chunkSize - 1) / chunkSize)
    for (row, tokens) in targets.enumerated() {
      for (index, token) in tokens.enumerated() { wanted[Int(token) / chunkSize].append((row, index, token)) }
    }
    return wanted
  }
}

/// A log-sum-exp over chunks that come in a fixed order, and the argmax beside it.
private struct RunningLogSumExp {
  private var maximum = -Double.infinity
  private var sum = 0.0
  private(set) var argmax: Int32 = 0

  mutating func add(_ chunk: hf_chunk_lse, firstToken: Int) {
    let chunkMaximum = Double(chunk.maximum)
    if chunkMaximum > maximum {
      sum = sum * hf_double_exp(maximum - chunkMaximum) + Double(chunk.sum)
      maximum = chunkMaximum
      argmax = Int32(firstToken + chunk.argmax)
    } else {
      // A chunk whose maximum is NaN or -infinity makes the sum NaN, which the decoder refuses.
      sum += Double(chunk.sum) * hf_double_exp(chunkMaximum - maximum)
    }
  }

  var value: Double { maximum + hf_double_log(sum) }
}
