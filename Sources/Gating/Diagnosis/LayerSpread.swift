/// How many of the layers there are would be as spread, if each brought back the same.
package struct LayerSpread: Sendable, Hashable, Codable {
  package let effective: Double
  /// 95 %, over blocks; nil of a diagnosis that an earlier version made, which decides nothing.
  package let interval: Interval?
  package let layers: Int
}
