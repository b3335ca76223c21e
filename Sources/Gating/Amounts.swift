import Foundation

/// A share as percentage points with one decimal, "17.2"; never "-0.0".
package func points(_ share: Double) -> String {
  let tenths = (share * 1000).rounded() / 10
  return String(format: "%.1f", tenths == 0 ? 0 : tenths)
}

/// A difference of logprobs with two decimals, "0.31"; never "-0.00".
package func nats(_ value: Double) -> String {
  let hundredths = (value * 100).rounded() / 100
  return String(format: "%.2f", hundredths == 0 ? 0 : hundredths)
}
