import CKernels
import Foundation

/// Adam with decoupled weight decay (Loshchilov and Hutter 2019) and bias correction, as PyTorch's `AdamW` computes it.
package final class AdamW {
  package struct Settings: Sendable, Equatable {
    package var beta1: Double
    package var beta2: Double
    package var epsilon: Double
    /// On matrices; norms are never decayed.
    package var weightDecay: Double
    /// Gradients are scaled down to this global norm; nil leaves them as they are.
    package var maxGradientNorm: Double?

    package init(
      beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0,
      maxGradientNorm: Double? = 1
    ) {
      self.beta1 = beta1
      self.beta2 = beta2
      self.epsilon = epsilon
      self.weightDecay = weightDecay
      self.maxGradientNorm = maxGradientNorm
    }
  }

  package let settings: Settings
  /// Steps taken.
  package private(set) var step = 0
  private let parameters: Parameters
  private let team: ThreadTeam
  private let first: FloatBuffer
  private let second: FloatBuffer

  package init(_ parameters: Parameters, settings: Settings, threads: Int) {
    self.parameters = parameters
    self.settings = settings
    team = ThreadTeam(threads)
    first = .zeros(parameters.gradients.count)
    second = .zeros(parameters.gradients.count)
  }

  /// Takes one step and clears the gradients.
  ///
  /// - Returns: the gradients' global norm before clipping.
  @discardableResult
  package func update(learningRate: Double) -> Double {
    step += 1
    let norm = parameters.gradientNorm
    // PyTorch's clip_grad_norm_ adds 1e-6 to the norm.
    let clip = settings.maxGradientNorm.map { min(1, $0 / (norm + 1e-6)) } ?? 1
    let correction1 = 1 - pow(settings.beta1, Double(step))
    let correction2 = 1 - pow(settings.beta2, Double(step))
    for (slot, offset) in parameters.trained {
      let decay = slot.shape.count > 1 ? settings.weightDecay : 0
      team.divide(slot.count) { begin, count in
        hf_adamw(
          parameters.values.pointer + slot.offset + begin, parameters.gradients.pointer + offset + begin,
          first.pointer + offset + begin, second.pointer + offset + begin, count, Float(clip), Float(learningRate),
          Float(settings.beta1), Float(settings.beta2), Float(settings.epsilon), Float(decay), Float(correction1),
          Float(correction2))
      }
    }
    parameters.clearGradients()
    return norm
  }

  /// A trained weight's first and second moments, as many as it has elements; they stay the optimiser's.
  package func moments(of name: String) -> (first: UnsafePointer<Float>, second: UnsafePointer<Float>)? {
    guard let offset = parameters.trained.first(where: { $0.slot.name == name })?.gradientOffset else { return nil }
    return (UnsafePointer(first.pointer + offset), UnsafePointer(second.pointer + offset))
  }

  /// Puts back what `moments` gave: all trained weights' before a run goes on.
  package func restore(_ name: String, first firstMoment: [Float], second secondMoment: [Float]) {
    guard let (slot, offset) = parameters.trained.first(where: { $0.slot.name == name }),
      firstMoment.count == slot.count, secondMoment.count == slot.count
    else { return }
    for index in 0..<slot.count {
      first.pointer[offset + index] = firstMoment[index]
      second.pointer[offset + index] = secondMoment[index]
    }
  }

  /// Goes on after this many steps.
  package func resume(after step: Int) { self.step = step }
}
