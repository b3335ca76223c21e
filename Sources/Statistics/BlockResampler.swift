/// Draws blocks again with replacement, within each task, and says what the unit's mean would have been.
struct BlockResampler {
  /// One task's blocks, in the order of their numbers.
  private struct Stratum {
    /// The task's weight: families equally, tasks equally within a family.
    let weight: Double
    /// The sum of values of each block.
    let sums: [Double]
    /// The items of each block.
    let counts: [Double]

    /// The task's weighted mean without one of its blocks.
    func share(without block: Int) -> Double {
      var sum = 0.0
      var count = 0.0
      for other in sums.indices where other != block {
        sum += sums[other]
        count += counts[other]
      }
      return weight * sum / count
    }
  }

  private let strata: [Stratum]

  /// - Returns: nil where there is no item, or where a task has fewer than two blocks.
  init?(families: [[TaskValues]]) {
    let present = families.map { $0.filter { !$0.values.isEmpty } }.filter { !$0.isEmpty }
    var strata: [Stratum] = []
    for family in present {
      for task in family {
        var sums: [Int: Double] = [:]
        var counts: [Int: Double] = [:]
        for (value, block) in zip(task.values, task.blocks) {
          sums[block, default: 0] += value
          counts[block, default: 0] += 1
        }
        guard sums.count > 1 else { return nil }
        // In a fixed order: what a seed draws must not depend on how a dictionary happens to be laid out.
        let order = sums.keys.sorted()
        strata.append(
          Stratum(
            weight: 1 / Double(present.count * family.count), sums: order.map { sums[$0, default: 0] },
            counts: order.map { counts[$0, default: 0] }))
      }
    }
    guard !strata.isEmpty else { return nil }
    self.strata = strata
  }

  /// The unit's mean over all blocks as they are.
  var mean: Double {
    strata.reduce(0) { $0 + $1.weight * $1.sums.reduce(0, +) / $1.counts.reduce(0, +) }
  }

  /// The unit's mean over as many blocks of each task, drawn with replacement.
  func resampledMean(_ generator: inout SplitMix64) -> Double {
    var mean = 0.0
    for stratum in strata {
      var sum = 0.0
      var count = 0.0
      for _ in stratum.sums.indices {
        let block = generator.below(stratum.sums.count)
        sum += stratum.sums[block]
        count += stratum.counts[block]
      }
      mean += stratum.weight * sum / count
    }
    return mean
  }

  /// The acceleration (Σ_t Σ_g U³/G³) / 6 (Σ_t Σ_g U²/G²)^{3/2} with U_g = (G - 1)(θ̄ - θ_(g)), θ_(g) the mean without block g:
  /// Efron and Tibshirani's (15.36), its several samples being the tasks; NaN where no block matters.
  var acceleration: Double {
    var squares = 0.0
    var cubes = 0.0
    for stratum in strata {
      let blocks = Double(stratum.sums.count)
      let shares = stratum.sums.indices.map(stratum.share(without:))
      let average = shares.reduce(0, +) / blocks
      for share in shares {
        let influence = (blocks - 1) * (average - share) / blocks
        squares += influence * influence
        cubes += influence * influence * influence
      }
    }
    return cubes / (6 * squares * squares.squareRoot())
  }
}

/// Steele, Lea and Flood's SplitMix64 ("Fast splittable pseudorandom number generators", 2014): the same numbers on every
/// machine and in every version of the standard library.
struct SplitMix64 {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Uniform in 0..<count without bias, for a count of at least 1 (Lemire, arXiv 1805.10941).
  mutating func below(_ count: Int) -> Int {
    let bound = UInt64(count)
    let threshold = (0 &- bound) % bound
    while true {
      let (high, low) = bound.multipliedFullWidth(by: next())
      if low >= threshold { return Int(high) }
    }
  }
}
