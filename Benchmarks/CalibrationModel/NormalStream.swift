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

  /// Ascending by task, block, item and k.
  ///
  /// - Parameter items: the items' own parts, which all draws of demonstrations share; drawn and left there where it is empty.
  func latents(tasks: Int, shots: Int, items: inout [Double], from stream: inout NormalStream) -> [Double] {
    let (ofBlock, ofItem) = (block.squareRoot(), item.squareRoot())
    let ofAnswer = (1 - block - item).squareRoot()
    let isFirst = items.isEmpty
    var latents: [Double] = []
    latents.reserveCapacity(tasks * SimulatedSuite.blocks * SimulatedSuite.itemsPerBlock * shots)
    for place in 0..<tasks * SimulatedSuite.blocks {
      let shared = ofBlock * stream.next()
      for item in 0..<SimulatedSuite.itemsPerBlock {
        if isFirst { items.append(ofItem * stream.next()) }
        let known = shared + items[place * SimulatedSuite.itemsPerBlock + item]
        for _ in 0..<shots { latents.append(known + ofAnswer * stream.next()) }
      }
    }
    return latents
  }
}
