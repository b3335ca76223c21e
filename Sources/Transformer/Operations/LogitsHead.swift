import CKernels
import Checkpoints

/// The vocabulary projection of training, with what a family does to logits after it: bias, scale, cap.
struct LogitsHead {
  let linear: DenseLinear
  let scale: Float
  /// 0 for none.
  let cap: Float

  var outputs: Int { linear.outputs }
  var inputs: Int { linear.inputs }

  /// The same head without gradients.
  var frozen: LogitsHead { LogitsHead(linear: linear.frozen, scale: scale, cap: cap) }

  private var changesLogits: Bool { scale != 1 || cap != 0 }

  /// Logits [rows, outputs] of normed rows x [rows, inputs].
  func forward(_ x: UnsafePointer<Float>, rows: Int, y: UnsafeMutablePointer<Float>, _ team: ThreadTeam) {
    linear.forward(x, rows: rows, y: y, team)
    guard changesLogits else { return }
    team.divide(rows) { begin, count in
      hf_scale_and_cap(y + begin * outputs, count * outputs, scale, cap)
    }
  }

  /// The logits again, for `backward`, where what they are capped to matters there; they are lost to whoever turns them into their gradient.
  func copy(_ logits: UnsafePointer<Float>, rows: Int) -> FloatBuffer? {
    guard cap != 0 else { return nil }
    let copy = FloatBuffer(rows * outputs)
    copy.pointer.update(from: logits, count: rows * outputs)
    return copy
  }

  /// dx [rows, inputs] is added to, and the weight's gradient where it is trained.
  ///
  /// - Parameters:
  ///   - dy: the gradient of the logits, which this changes.
  ///   - capped: `copy` of them.
  func backward(
    _ x: UnsafePointer<Float>, dy: UnsafeMutablePointer<Float>, capped: FloatBuffer?, rows: Int,
    dx: UnsafeMutablePointer<Float>, _ team: ThreadTeam
  ) {
    if changesLogits {
      team.divide(rows) { begin, count in
        let offset = begin * outputs
        hf_cap_backward(
          capped.map { UnsafePointer($0.pointer) + offset } ?? UnsafePointer(dy) + offset, dy + offset, count * outputs,
          scale, cap)
      }
    }
    linear.backward(x, dy: dy, rows: rows, dx: dx, team)
  }
}
