/// What came of each split of a program at each place of a text, made block by block of places as a search comes there.
struct SearchRecord {
  enum Known: Equatable {
    case nothing
    /// Also while it is being tried: whoever comes back to it without a character in between gets nowhere.
    case failure
    /// - Parameter end: of a group that only looks around, any place.
    case match(end: Int)
  }

  /// Four splits a byte: 0 nothing, 1 a failure, 2 a match.
  private var flags: [[UInt8]]
  /// 0 nothing, 1 a failure, else two more than the end.
  private var ends: [[Int32]]
  private let flagBytes: Int
  private let endCount: Int
  /// How many blocks from the first on are not needed any more.
  private var forgotten = 0

  private static let blockLength = 512

  /// The most room that the record of a text takes.
  static func bytes(places: Int, flags: Int, ends: Int) -> Int { places * ((flags + 3) / 4 + 4 * ends) }

  init(places: Int, flags: Int, ends: Int) {
    let blocks = places / Self.blockLength + 1
    self.flags = [[UInt8]](repeating: [], count: blocks)
    self.ends = [[Int32]](repeating: [], count: blocks)
    flagBytes = (flags + 3) / 4
    endCount = ends
  }

  mutating func forget(before place: Int) {
    while forgotten < place / Self.blockLength {
      flags[forgotten] = []
      ends[forgotten] = []
      forgotten += 1
    }
  }

  subscript(outcome: PatternProgram.Outcome, place: Int) -> Known {
    get {
      let (block, row) = place.quotientAndRemainder(dividingBy: Self.blockLength)
      switch outcome {
      case .failure(let column), .match(let column):
        guard !flags[block].isEmpty else { return .nothing }
        switch flags[block][row * flagBytes + column / 4] >> UInt8(column % 4 * 2) & 3 {
        case 0: return .nothing
        case 1: return .failure
        default: return .match(end: place)
        }
      case .end(let column):
        guard !ends[block].isEmpty else { return .nothing }
        let value = ends[block][row * endCount + column]
        return value == 0 ? .nothing : value == 1 ? .failure : .match(end: Int(value) - 2)
      }
    }
    set {
      let (block, row) = place.quotientAndRemainder(dividingBy: Self.blockLength)
      switch outcome {
      case .failure(let column), .match(let column):
        if flags[block].isEmpty { flags[block] = [UInt8](repeating: 0, count: Self.blockLength * flagBytes) }
        var value: UInt8 = newValue == .failure ? 1 : 0
        // Of the whole expression a match is found but once, and where it ends is not in a flag.
        if case .match = newValue, case .match = outcome { value = 2 }
        let shift = UInt8(column % 4 * 2)
        let index = row * flagBytes + column / 4
        flags[block][index] = flags[block][index] & ~(3 << shift) | value << shift
      case .end(let column):
        if ends[block].isEmpty { ends[block] = [Int32](repeating: 0, count: Self.blockLength * endCount) }
        let value: Int32 =
          switch newValue {
          case .nothing: 0
          case .failure: 1
          case .match(let end): Int32(truncatingIfNeeded: end + 2)
          }
        ends[block][row * endCount + column] = value
      }
    }
  }
}
