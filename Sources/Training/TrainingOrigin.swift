import Transformer

/// θ₀: the trained weights as they were before training.
final class TrainingOrigin {
  /// Laid out as the gradients are.
  private let values: FloatBuffer

  init(_ parameters: Parameters) {
    values = FloatBuffer(parameters.gradients.count)
    for (slot, offset) in parameters.trained {
      (values.pointer + offset).update(from: parameters.values.pointer + slot.offset, count: slot.count)
    }
  }

  /// Adds the gradient of (α/2)‖θ - θ₀‖² (L2-SP; Li, Grandvalet and Davoine 2018).
  func addPull(_ alpha: Double, to parameters: Parameters, _ team: ThreadTeam) {
    let alpha = Float(alpha)
    for (slot, offset) in parameters.trained {
      let (theta, origin, gradient) = (
        parameters.values.pointer + slot.offset, values.pointer + offset, parameters.gradients.pointer + offset
      )
      team.divide(slot.count) { begin, count in
        for index in begin..<begin + count { gradient[index] += alpha * (theta[index] - origin[index]) }
      }
    }
  }

  /// θ₀ + share · (θ - θ₀), in place.
  func interpolate(_ theta: UnsafeMutablePointer<Float>, slot: ParameterSlot, offset: Int, share: Float) {
    let origin = values.pointer + offset
    for index in 0..<slot.count { theta[index] = origin[index] + share * (theta[index] - origin[index]) }
  }
}
