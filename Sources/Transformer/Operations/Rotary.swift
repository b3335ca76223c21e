import CKernels
import Foundation

/// Cosines and sines of the rotary embedding for every position in use: [positions, headDimension / 2] each.
struct RotaryTable: Sendable {
  private let cosines: FloatBuffer
  private let sines: FloatBuffer
  private let half: Int
  let positionCount: Int

  /// Angles are formed in fp32, as transformers does; their cosines in Double, rounded once.
  init(_ spec: DecoderSpec, positionCount: Int) {
    half = spec.headDimension / 2
    self.positionCount = positionCount
    cosines = FloatBuffer(positionCount * half)
    sines = FloatBuffer(positionCount * half)
    for position in 0..<positionCount {
      for pair in 0..<half {
        let angle = Double(Float(position) * spec.inverseFrequencies[pair])
        cosines.pointer[position * half + pair] = Float(hf_double_cos(angle))
        sines.pointer[position * half + pair] = Float(hf_double_sin(angle))
      }
    }
  }

  /// Rotates `heads` vectors of one row in place: (a, b) at (i, i + d/2) becomes (a cos - b sin, b cos + a sin).
  func rotate(_ x: UnsafeMutablePointer<Float>, heads: Int, position: Int) {
    hf_rotate(x, heads, half * 2, cosines.pointer + position * half, sines.pointer + position * half)
  }

  /// The backward of `rotate`: a rotation by the opposite angles, in place.
  func rotateBack(_ dx: UnsafeMutablePointer<Float>, heads: Int, position: Int) {
    hf_rotate_back(dx, heads, half * 2, cosines.pointer + position * half, sines.pointer + position * half)
  }
}
