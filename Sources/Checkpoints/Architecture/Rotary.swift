import CKernels

/// How rotary frequencies are changed for contexts longer than the model was first trained on
/// (transformers' `modeling_rope_utils.py`).
package enum RopeScaling: Sendable, Equatable {
  case none
  /// Positions are divided by `factor`.
  case linear(factor: Double)
  /// Llama 3.1's interpolation by wavelength (`_compute_llama3_parameters`).
  case llama3(
    factor: Double, lowFrequencyFactor: Double, highFrequencyFactor: Double, originalContextLength: Int)
  /// YaRN (`_compute_yarn_parameters`): frequencies that turn seldom are divided by `factor`, those that turn often are left, a ramp lies
  /// between; cosines and sines are multiplied by `attentionFactor`.
  case yarn(YaRN)
  /// LongRoPE (`_compute_longrope_parameters`) up to the original context: frequency i is divided by factor i, cosines and sines are
  /// multiplied by `attentionFactor`.
  case longRope(factors: [Double], attentionFactor: Double)
  /// GGUF's `rope_freqs.weight`: frequency i is divided by factor i; half a head's dimension of them.
  case frequencyFactors([Float])

  package struct YaRN: Sendable, Equatable {
    package var factor: Double
    package var betaFast: Double
    package var betaSlow: Double
    package var originalContextLength: Int
    package var attentionFactor: Double
    /// Whether the ramp begins and ends at whole pairs.
    package var truncates: Bool

    /// 0.1 · scale · ln factor + 1, the attention factor that YaRN's authors recommend (`get_mscale`).
    static func magnitude(_ factor: Double, _ scale: Double = 1) -> Double {
      factor <= 1 ? 1 : 0.1 * scale * hf_double_log(factor) + 1
    }
  }
}

extension RopeScaling {
  /// √(1 + ln factor / ln original), LongRoPE's attention factor.
  static func longRopeMagnitude(_ factor: Double, original: Int) -> Double {
    factor <= 1 ? 1 : (1 + hf_double_log(factor) / hf_double_log(Double(original))).squareRoot()
  }
}

/// A rotary embedding: which pairs of a head rotate, and how fast.
package struct Rotary: Sendable, Equatable {
  package var theta: Double
  package var scaling: RopeScaling
  /// The first so many numbers of a head rotate; the others pass.
  package var width: Int
  /// Pairs are (2i, 2i + 1), otherwise (i, i + width/2).
  package var isInterleaved: Bool

  package init(theta: Double, scaling: RopeScaling = .none, width: Int, isInterleaved: Bool = false) {
    self.theta = theta
    self.scaling = scaling
    self.width = width
    self.isInterleaved = isInterleaved
  }

  /// One inverse frequency for each pair, in radians a position: θ^(-2i/width), scaled.
  package var inverseFrequencies: [Float] {
    // Within a few units of the last of 53 bits, which the 24 of a Float do not see.
    let plain = (0..<width / 2).map { hf_double_exp(-2 * Double($0) / Double(width) * hf_double_log(theta)) }
    switch scaling {
    case .none:
      return plain.map(Float.init)
    case .linear(let factor):
      return plain.map { Float($0 / factor) }
    case .frequencyFactors(let factors):
      return zip(plain, factors).map { Float($0 / Double($1)) }
    case .longRope(let factors, _):
      return zip(plain, factors).map { Float($0 / $1) }
    case .llama3(let factor, let lowFrequencyFactor, let highFrequencyFactor, let originalContextLength):
      let original = Double(originalContextLength)
      return plain.map { frequency in
        let wavelength = 2 * Double.pi / frequency
        if wavelength < original / highFrequencyFactor { return Float(frequency) }
        if wavelength > original / lowFrequencyFactor { return Float(frequency / factor) }
        let smooth = (original / wavelength - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor)
        return Float((1 - smooth) * frequency / factor + smooth * frequency)
      }
    case .yarn(let yarn):
      return ramped(plain, yarn)
    }
  }

  /// What cosines and sines are multiplied by.
  package var attentionFactor: Float {
    switch scaling {
    case .none, .linear, .llama3, .frequencyFactors: 1
    case .yarn(let yarn): Float(yarn.attentionFactor)
    case .longRope(_, let factor): Float(factor)
    }
  }

  private func ramped(_ plain: [Double], _ yarn: RopeScaling.YaRN) -> [Float] {
    // The pair that turns so many times in the original context.
    func pair(turns: Double) -> Double {
      Double(width) * hf_double_log(Double(yarn.originalContextLength) / (turns * 2 * .pi)) / (2 * hf_double_log(theta))
    }
    var (low, high) = (pair(turns: yarn.betaFast), pair(turns: yarn.betaSlow))
    if yarn.truncates { (low, high) = (low.rounded(.down), high.rounded(.up)) }
    low = max(low, 0)
    high = min(high, Double(width - 1))
    if low == high { high += 0.001 }
    return plain.enumerated().map { index, frequency in
      let ramp = min(max((Double(index) - low) / (high - low), 0), 1)
      return Float(frequency / yarn.factor * ramp + frequency * (1 - ramp))
    }
  }
}
