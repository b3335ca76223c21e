import Suites

/// What of a run's chance is meant: each has numbers of its own, so that adding one does not move another's.
enum ChanceStream: UInt64 {
  case task = 1
  case general, fewShotTask, fewShot, sameTask, preserveTask, preserve, batch, labels, replay
}

/// Every order and draw of a run as a pure function of (seed, what is drawn, its number): a resumed run needs no state.
struct SeededOrder: Sendable {
  let seed: UInt64

  /// A generator for the `index`-th draw of a stream.
  func generator(_ stream: ChanceStream, _ index: Int) -> SplitMix64 {
    var mixer = SplitMix64(seed: seed)
    mixer = SplitMix64(seed: mixer.next() ^ stream.rawValue)
    return SplitMix64(seed: mixer.next() ^ UInt64(truncatingIfNeeded: index))
  }

  /// A seed for a stream that draws by itself.
  func seed(of stream: ChanceStream) -> UInt64 {
    var generator = generator(stream, 0)
    return generator.next()
  }

  /// 0..<count in random order (Fisher-Yates).
  func permutation(_ stream: ChanceStream, _ index: Int, count: Int) -> [Int] {
    var generator = generator(stream, index)
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) { order.swapAt(last, generator.below(last + 1)) }
    return order
  }

  /// The elements number `range` of 0..<count repeated for ever, each repetition in an order of its own.
  func elements(_ stream: ChanceStream, _ range: Range<Int>, count: Int) -> [Int] {
    var result: [Int] = []
    var next = range.lowerBound
    while next < range.upperBound {
      let epoch = next / count
      let order = permutation(stream, epoch, count: count)
      let end = min(range.upperBound, (epoch + 1) * count)
      result += order[(next - epoch * count)..<(end - epoch * count)]
      next = end
    }
    return result
  }
}
