/// A set of Unicode scalars, as the places where membership changes: members lie from each even place to the next one.
package struct ScalarSet: Sendable, Hashable {
  package private(set) var bounds: [UInt32]

  package static let limit: UInt32 = 0x110000
  package static let none = ScalarSet(bounds: [])
  package static let all = ScalarSet(bounds: [0, limit])

  private init(bounds: [UInt32]) { self.bounds = bounds }

  package init(_ scalars: some Sequence<UInt32>) {
    bounds = []
    for scalar in scalars.sorted() {
      if let last = bounds.last, scalar < last { continue }
      if bounds.last == scalar { bounds[bounds.count - 1] = scalar + 1 } else { bounds += [scalar, scalar + 1] }
    }
  }

  package init(_ range: ClosedRange<UInt32>) { bounds = [range.lowerBound, range.upperBound + 1] }

  /// From the generated tables: alternately the gap since the previous run and the run's length.
  package init(gapsAndLengths: [UInt32]) {
    bounds = []
    bounds.reserveCapacity(gapsAndLengths.count)
    var place: UInt32 = 0
    for step in gapsAndLengths {
      place += step
      bounds.append(place)
    }
  }

  package var isEmpty: Bool { bounds.isEmpty }

  package func contains(_ scalar: UInt32) -> Bool {
    var low = 0
    var high = bounds.count
    while low < high {
      let middle = (low + high) / 2
      if bounds[middle] <= scalar { low = middle + 1 } else { high = middle }
    }
    return low % 2 == 1
  }

  package var complement: ScalarSet { combined(with: .all) { $0 != $1 } }

  package func union(_ other: ScalarSet) -> ScalarSet { combined(with: other) { $0 || $1 } }

  package func intersection(_ other: ScalarSet) -> ScalarSet { combined(with: other) { $0 && $1 } }

  /// The runs of members.
  package var ranges: [Range<UInt32>] {
    stride(from: 0, to: bounds.count, by: 2).map { bounds[$0]..<bounds[$0 + 1] }
  }

  private func combined(with other: ScalarSet, _ isMember: (Bool, Bool) -> Bool) -> ScalarSet {
    var result: [UInt32] = []
    var mine = 0
    var theirs = 0
    while mine < bounds.count || theirs < other.bounds.count {
      let place = min(
        mine < bounds.count ? bounds[mine] : .max, theirs < other.bounds.count ? other.bounds[theirs] : .max)
      if mine < bounds.count, bounds[mine] == place { mine += 1 }
      if theirs < other.bounds.count, other.bounds[theirs] == place { theirs += 1 }
      if isMember(mine % 2 == 1, theirs % 2 == 1) != (result.count % 2 == 1) { result.append(place) }
    }
    return ScalarSet(bounds: result)
  }
}
