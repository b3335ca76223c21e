import Foundation
import Suites

/// Standard normal numbers that are a function of a seed and a gate alone, whichever thread draws them.
package struct NormalStream: Sendable {
  private var bits: SplitMix64
  private var spare: Double?

  /// - Parameter gate: the gate's index; every gate has a stream of its own.
  package init(seed: UInt64, gate: Int) {
    var seeds = SplitMix64(seed: seed)
    // An odd factor keeps gates apart, and is not the generator's own increment, by which streams would overlap.
    var start = SplitMix64(seed: seeds.next() ^ (UInt64(gate) &* 0xD1B5_4A32_D192_ED03))
    bits = SplitMix64(seed: start.next())
  }

  /// Marsaglia's polar method ("A convenient method for generating normal variables", SIAM Review 6, 1964).
  package mutating func next() -> Double {
    if let number = spare {
      spare = nil
      return number
    }
    while true {
      let x = uniform()
      let y = uniform()
      let square = x * x + y * y
      guard square > 0, square < 1 else { continue }
      let factor = (-2 * log(square) / square).squareRoot()
      spare = y * factor
      return x * factor
    }
  }

  /// Uniform in 0..<count.
  mutating func below(_ count: Int) -> Int { bits.below(count) }

  /// In [-1, 1), by the 53 highest bits.
  private mutating func uniform() -> Double { Double(bits.next() >> 11) * 0x1p-52 - 1 }
}

/// How alike latent numbers are that share a block or an item: z = √block · Z_block + √item · Z_item + √(1 - block - item) · Z,
/// all standard normal, so that z is too and a threshold on it has an exact share.
package struct Dependence: Sendable, Hashable {
  /// The share of the variance that the items of a block have in common, at every k.
  package let block: Double
  /// The share that an item's answers at different k have in common, beside the block's.
  package let item: Double

  package init(block: Double, item: Double) {
    self.block = block
    self.item = item
  }

  /// What eight of a pool's demonstrations, drawn without replacement, add up to: standard normal over pools.
  private static func sumOfEight(_ effects: [Double], _ stream: inout NormalStream) -> Double {
    var drawn: Set<Int> = []
    while drawn.count < min(8, effects.count) { drawn.insert(stream.below(effects.count)) }
    // In a fixed order: the sum must not depend on how a set happens to be laid out.
    return drawn.sorted().reduce(0) { $0 + effects[$1] } / Double(drawn.count).squareRoot()
  }

  /// Ascending by task, block, item and k.
  ///
  /// - Parameters:
  ///   - items: the items' own parts, which all draws of demonstrations share; drawn and left there where it is empty.
  ///   - pool: how many demonstrations of a task a block's part is the sum of eight of; nil for a part of its own.
  func latents(
    tasks: Int, in world: World, shots: Int, items: inout [Double], pool: Int? = nil, from stream: inout NormalStream
  ) -> [Double] {
    let (ofBlock, ofItem) = (block.squareRoot(), item.squareRoot())
    let ofAnswer = (1 - block - item).squareRoot()
    let isFirst = items.isEmpty
    var latents: [Double] = []
    latents.reserveCapacity(tasks * world.blocks * world.itemsPerBlock * shots)
    var effects: [Double] = []
    for place in 0..<tasks * world.blocks {
      if let pool, place.isMultiple(of: world.blocks) { effects = (0..<pool).map { _ in stream.next() } }
      let shared = ofBlock * (pool == nil ? stream.next() : Self.sumOfEight(effects, &stream))
      for item in 0..<world.itemsPerBlock {
        if isFirst { items.append(ofItem * stream.next()) }
        let known = shared + items[place * world.itemsPerBlock + item]
        for _ in 0..<shots { latents.append(known + ofAnswer * stream.next()) }
      }
    }
    return latents
  }
}
