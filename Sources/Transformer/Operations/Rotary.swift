import CKernels
import Checkpoints
import Foundation

/// Cosines and sines of one rotary embedding for every position in use: [positions, width / 2] each.
struct RotaryTable: Sendable {
  private let cosines: FloatBuffer
  private let sines: FloatBuffer
  private let half: Int
  private let headDimension: Int
  private let isInterleaved: Bool
  let positionCount: Int

  /// Angles are formed in fp32, as transformers does; their cosines in Double, rounded once, and then multiplied by the attention factor.
  init(_ rotary: Rotary, headDimension: Int, positionCount: Int) {
    half = rotary.width / 2
    self.headDimension = headDimension
    isInterleaved = rotary.isInterleaved
    self.positionCount = positionCount
    cosines = FloatBuffer(positionCount * half)
    sines = FloatBuffer(positionCount * half)
    let frequencies = rotary.inverseFrequencies
    let factor = rotary.attentionFactor
    for position in 0..<positionCount {
      for pair in 0..<half {
        let angle = Double(Float(position) * frequencies[pair])
        cosines.pointer[position * half + pair] = Float(hf_double_cos(angle)) * factor
        sines.pointer[position * half + pair] = Float(hf_double_sin(angle)) * factor
      }
    }
  }

  /// Rotates `heads` vectors of one row in place: a pair (a, b) becomes (a cos - b sin, b cos + a sin).
  func rotate(_ x: UnsafeMutablePointer<Float>, heads: Int, position: Int) {
    hf_rotate(
      x, heads, headDimension, 2 * half, isInterleaved ? 1 : 0, cosines.pointer + position * half,
      sines.pointer + position * half)
  }

  /// The backward of `rotate`: a rotation by the opposite angles, in place.
  func rotateBack(_ dx: UnsafeMutablePointer<Float>, heads: Int, position: Int) {
    hf_rotate_back(
      dx, heads, headDimension, 2 * half, isInterleaved ? 1 : 0, cosines.pointer + position * half,
      sines.pointer + position * half)
  }
}

/// The tables of a model's rotary embeddings, for as many positions as were ever asked for.
struct RotaryTables: Sendable {
  private(set) var tables: [RotaryTable] = []
  private(set) var positionCount = 0
  private let spec: DecoderSpec

  init(_ spec: DecoderSpec) { self.spec = spec }

  /// Makes room for positions below `positions`, and for more than that where they grew before.
  mutating func reserve(_ positions: Int) {
    guard positions > positionCount else { return }
    positionCount = max(512, 2 * positionCount, positions)
    tables = spec.rotaries.map {
      RotaryTable($0, headDimension: spec.headDimension, positionCount: positionCount)
    }
  }

  /// The table of a layer; nil where positions are not told there.
  func table(layer: Int) -> RotaryTable? { spec.attention[layer].rotary.map { tables[$0] } }
}
