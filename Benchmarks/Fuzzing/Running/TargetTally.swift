import Foundation

/// What became of a target's inputs.
struct TargetTally {
  var inputs = 0
  var accepted = 0
  /// By what they are.
  var findings: [String: Int] = [:]
  var slowest = (seconds: 0.0, number: 0)
  /// MiB.
  var largest = 0

  mutating func add(_ state: WorkerState) {
    inputs += state.done
    accepted += state.accepted
    if state.slowest.seconds > slowest.seconds { slowest = state.slowest }
  }

  static let header = row("target", ["inputs", "accepted", "findings", "slowest ms", "of input", "MiB"])

  func row(_ name: String) -> String {
    let total = findings.values.reduce(0, +)
    let names = findings.keys.sorted().joined(separator: ", ")
    return Self.row(
      name,
      [
        "\(inputs)", "\(accepted)", "\(total)", String(format: "%.1f", slowest.seconds * 1000), "\(slowest.number)",
        "\(largest)",
      ]) + (names.isEmpty ? "" : "  \(names)")
  }

  private static func row(_ name: String, _ cells: [String]) -> String {
    name.padding(toLength: 18, withPad: " ", startingAt: 0)
      + cells.map { String(repeating: " ", count: max(1, 11 - $0.count)) + $0 }.joined()
  }
}
