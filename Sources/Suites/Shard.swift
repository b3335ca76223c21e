import Diagnostics

/// One of several parts of a run that are asked apart, such as the second of eight: each block is in exactly one of them.
package struct Shard: Sendable, Hashable, CustomStringConvertible {
  /// From 1.
  package let number: Int
  package let count: Int

  package var description: String { "\(number)/\(count)" }

  /// - Throws: `InputError` for what is not N/M with N from 1 to M.
  package init(parsing text: String, option: String = "--shard") throws {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let number = parts[0], let count = parts[1], (1...10_000).contains(count),
      (1...count).contains(number)
    else {
      throw InputError(
        option, "'\(text)' is not a part such as 2/8", remedy: "write the part's number and how many there are")
    }
    self.number = number
    self.count = count
  }

  /// Its blocks, in their order. Parts are balanced by the length of what is asked, which is the same on every machine.
  package func blocks(of blocks: [RequestBlock]) -> [RequestBlock] {
    let lengths = blocks.map { block in
      block.observations.reduce(0) { $0 + $1.request.context.utf8.count + $1.request.continuation.utf8.count }
    }
    var loads = [Int](repeating: 0, count: count)
    var parts = [Int](repeating: 0, count: blocks.count)
    // The longest first, each to where there is least.
    for place in blocks.indices.sorted(by: { (lengths[$0], $1) > (lengths[$1], $0) }) {
      let least = loads.indices.min { (loads[$0], $0) < (loads[$1], $1) } ?? 0
      parts[place] = least
      loads[least] += max(1, lengths[place])
    }
    return zip(blocks, parts).filter { $0.1 == number - 1 }.map(\.0)
  }
}
