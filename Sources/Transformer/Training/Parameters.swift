import CKernels
import Checkpoints
import Diagnostics

/// Where one weight is in the flat buffer of all of them.
package struct ParameterSlot: Sendable, Equatable {
  package let name: String
  /// [outputs, inputs], or [n] for a norm.
  package let shape: [Int]
  /// In floats.
  package let offset: Int

  package var count: Int { shape.reduce(1, *) }
  package var range: Range<Int> { offset..<offset + count }
}

/// All weights of a model in fp32, and gradients of those that are trained: one flat buffer each, so that the optimiser is one loop.
package final class Parameters {
  package let slots: [ParameterSlot]
  package let values: FloatBuffer
  /// Gradients, laid out as the trained slots follow each other.
  package let gradients: FloatBuffer
  /// The trained slots, in order, each with its offset in `gradients`.
  package let trained: [(slot: ParameterSlot, gradientOffset: Int)]
  private let byName: [String: Int]
  private let gradientOffsets: [String: Int]

  /// - Parameters:
  ///   - shapes: every weight's name and shape, in the order of the buffer.
  ///   - isTrained: which of them get gradients.
  init(_ shapes: [(name: String, shape: [Int])], isTrained: (String) -> Bool) {
    var slots: [ParameterSlot] = []
    var trained: [(slot: ParameterSlot, gradientOffset: Int)] = []
    var offset = 0
    var gradientOffset = 0
    for (name, shape) in shapes {
      let slot = ParameterSlot(name: name, shape: shape, offset: offset)
      slots.append(slot)
      // Every weight begins on a 64-byte boundary.
      offset += (slot.count + 15) / 16 * 16
      if isTrained(name) {
        trained.append((slot, gradientOffset))
        gradientOffset += (slot.count + 15) / 16 * 16
      }
    }
    self.slots = slots
    self.trained = trained
    values = FloatBuffer(offset)
    gradients = FloatBuffer(gradientOffset)
    values.pointer.update(repeating: 0, count: values.count)
    gradients.pointer.update(repeating: 0, count: gradients.count)
    byName = Dictionary(uniqueKeysWithValues: slots.enumerated().map { ($0.element.name, $0.offset) })
    gradientOffsets = Dictionary(uniqueKeysWithValues: trained.map { ($0.slot.name, $0.gradientOffset) })
  }

  /// The slot of a name that the model has.
  package func slot(_ name: String) -> ParameterSlot? { byName[name].map { slots[$0] } }

  /// A weight's values, to be read or written.
  package func value(_ name: String) -> UnsafeMutablePointer<Float>? { slot(name).map { values.pointer + $0.offset } }

  /// A weight's gradient; nil where it is not trained.
  package func gradient(_ name: String) -> UnsafeMutablePointer<Float>? {
    gradientOffsets[name].map { gradients.pointer + $0 }
  }

  /// A weight's values as an array.
  package func copy(_ name: String) -> [Float]? {
    slot(name).map { Array(UnsafeBufferPointer(start: values.pointer + $0.offset, count: $0.count)) }
  }

  /// A weight's gradient as an array; nil where it is not trained.
  package func copyGradient(_ name: String) -> [Float]? {
    guard let slot = slot(name), let gradient = gradient(name) else { return nil }
    return Array(UnsafeBufferPointer(start: gradient, count: slot.count))
  }

  package func clearGradients() { gradients.pointer.update(repeating: 0, count: gradients.count) }

  /// √Σ g² over all gradients.
  package var gradientNorm: Double {
    trained.reduce(0.0) { $0 + hf_sum_of_squares(gradients.pointer + $1.gradientOffset, $1.slot.count) }.squareRoot()
  }
}
