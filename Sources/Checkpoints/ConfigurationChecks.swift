import Diagnostics

/// The names that one format gives to the fields of a configuration, for messages.
struct ConfigurationFields {
  let path: String
  let hidden, intermediate, layers, heads, keyValueHeads, headDimension: String
  let vocabulary, context, epsilon, theta, scaling: String
}

extension ModelConfiguration {
  /// Refuses shapes and constants that no model has, so that later arithmetic on them cannot overflow or divide by zero.
  func check(_ fields: ConfigurationFields) throws {
    func refuse(_ field: String, _ problem: ShownText) -> InputError {
      InputError(fields.path, field: field, problem, remedy: "correct the value or convert the model again")
    }
    let sizes = [
      (fields.hidden, hiddenSize, 1 << 20), (fields.intermediate, intermediateSize, 1 << 22),
      (fields.layers, layerCount, 1 << 12), (fields.heads, headCount, 1 << 12),
      (fields.keyValueHeads, keyValueHeadCount, 1 << 12), (fields.headDimension, headDimension, 1 << 12),
      (fields.vocabulary, vocabularySize, 1 << 24), (fields.context, contextLength, 1 << 30),
    ]
    for (field, value, limit) in sizes where !(1...limit).contains(value) {
      throw refuse(field, "is \(value), expected 1 to \(limit)")
    }
    guard headCount % keyValueHeadCount == 0 else {
      throw refuse(fields.keyValueHeads, "\(keyValueHeadCount) does not divide \(headCount) heads")
    }
    guard headDimension % 2 == 0 else { throw refuse(fields.headDimension, "is \(headDimension), an odd number") }
    guard rmsNormEpsilon > 0, rmsNormEpsilon < 1 else {
      throw refuse(fields.epsilon, "is \(rmsNormEpsilon), expected between 0 and 1")
    }
    guard ropeTheta.isFinite, ropeTheta >= 1 else { throw refuse(fields.theta, "is \(ropeTheta), expected 1 or more") }
    guard ropeScaling.isUsable(headDimension: headDimension) else {
      throw refuse(fields.scaling, "has factors that are not positive finite numbers")
    }
  }
}

extension RopeScaling {
  fileprivate func isUsable(headDimension: Int) -> Bool {
    func isPositive(_ value: Double) -> Bool { value.isFinite && value > 0 }
    switch self {
    case .none: return true
    case .linear(let factor): return isPositive(factor)
    case .llama3(let factor, let low, let high, let original):
      return isPositive(factor) && isPositive(low) && isPositive(high) && high > low && original > 0
    case .frequencyFactors(let factors):
      return factors.count == headDimension / 2 && factors.allSatisfy { isPositive(Double($0)) }
    }
  }
}
