/// The values with the smallest keys: a uniform sample that does not depend on the order in which values come, and,
/// with keys that are hashes of the values, an estimate of how many different ones there are (Bar-Yossef et al.,
/// "Counting distinct elements in a data stream", 2002).
struct BottomSample<Value: Sendable>: Sendable {
  private let limit: Int
  private var values: [UInt64: Value] = [:]
  /// Keys above are not kept.
  private var threshold = UInt64.max
  private var isCut = false

  init(limit: Int) { self.limit = max(2, limit) }

  /// Whether a value with this key would be kept and is not there yet.
  @inline(__always)
  func wants(_ key: UInt64) -> Bool { key <= threshold && values[key] == nil }

  mutating func insert(_ key: UInt64, _ value: Value) {
    guard wants(key) else { return }
    values[key] = value
    if values.count >= 2 * limit { cut() }
  }

  mutating func merge(_ other: BottomSample) {
    if other.isCut {
      isCut = true
      threshold = min(threshold, other.threshold)
    }
    for (key, value) in other.values where wants(key) { values[key] = value }
    if values.count > limit || isCut { cut() }
  }

  /// The sample, ascending by key.
  var sample: [Value] {
    values.sorted { $0.key < $1.key }.prefix(limit).map(\.value)
  }

  /// How many different keys there were: exact up to the limit, then with a standard error of about 1 / √limit.
  var distinctCount: Double {
    let keys = values.keys.sorted()
    guard keys.count > limit || isCut, keys.count >= limit else { return Double(keys.count) }
    return Double(limit - 1) / (Double(keys[limit - 1]) / 0x1p64)
  }

  private mutating func cut() {
    let keys = values.keys.sorted()
    guard keys.count > limit else { return }
    isCut = true
    threshold = keys[limit - 1]
    for key in keys[limit...] { values[key] = nil }
  }
}
