/// Unicode scalars that no set of an expression tells apart have one number.
struct ScalarClasses: Sendable {
  /// How many there are; the number after the last stands for the edge of the text.
  let count: Int
  /// For each 256 scalars where their numbers are in `pages`.
  private let places: [UInt16]
  private let pages: [UInt16]

  var edge: Int { count }

  /// - Returns: the classes, and for each set its members among them, the edge last and never a member.
  static func partition(_ sets: [ScalarSet]) -> (ScalarClasses, members: [[Bool]]) {
    let bounds = Set(sets.flatMap(\.bounds)).union([0, ScalarSet.limit]).sorted()
    var numbers: [[UInt64]: Int] = [:]
    var members = [[Bool]](repeating: [], count: sets.count)
    var runs: [(start: UInt32, number: UInt16)] = []
    var nextBound = [Int](repeating: 0, count: sets.count)
    for start in bounds.dropLast() {
      var signature = [UInt64](repeating: 0, count: sets.count / 64 + 1)
      for (index, set) in sets.enumerated() {
        while nextBound[index] < set.bounds.count, set.bounds[nextBound[index]] <= start { nextBound[index] += 1 }
        if nextBound[index] % 2 == 1 { signature[index / 64] |= 1 << UInt64(index % 64) }
      }
      if numbers[signature] == nil {
        numbers[signature] = numbers.count
        for index in sets.indices { members[index].append(nextBound[index] % 2 == 1) }
      }
      runs.append((start, UInt16(truncatingIfNeeded: numbers[signature] ?? 0)))
    }
    for index in sets.indices { members[index].append(false) }
    return (ScalarClasses(runs: runs, count: numbers.count), members)
  }

  private init(runs: [(start: UInt32, number: UInt16)], count: Int) {
    self.count = count
    var places: [UInt16] = []
    var pages: [UInt16] = []
    var uniform: [UInt16: UInt16] = [:]
    var run = 0
    for page in stride(from: UInt32(0), to: ScalarSet.limit, by: 256) {
      while run + 1 < runs.count, runs[run + 1].start <= page { run += 1 }
      let number = runs[run].number
      let isUniform = run + 1 == runs.count || runs[run + 1].start >= page + 256
      if isUniform, let place = uniform[number] {
        places.append(place)
        continue
      }
      let place = UInt16(pages.count / 256)
      if isUniform { uniform[number] = place }
      places.append(place)
      var within = run
      for scalar in page..<page + 256 {
        while within + 1 < runs.count, runs[within + 1].start <= scalar { within += 1 }
        pages.append(runs[within].number)
      }
    }
    self.places = places
    self.pages = pages
  }

  /// The class of the character at a place and where it ends; the edge beyond the end.
  ///
  /// - Parameter text: valid UTF-8.
  @inline(__always)
  func read(_ text: UnsafeBufferPointer<UInt8>, at place: Int) -> (number: Int, end: Int) {
    guard place < text.count else { return (count, place) }
    let lead = text[place]
    if lead < 0x80 { return (number(of: UInt32(lead)), place + 1) }
    let length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
    var scalar = UInt32(lead) & (0x7F >> UInt32(length))
    for i in 1..<length { scalar = scalar << 6 | UInt32(text[place + i] & 0x3F) }
    return (number(of: scalar), place + length)
  }

  @inline(__always)
  private func number(of scalar: UInt32) -> Int {
    Int(pages[Int(places[Int(scalar >> 8)]) << 8 | Int(scalar & 0xFF)])
  }

  /// Where the character before a place begins; nil at the beginning of the text.
  static func before(_ place: Int, in text: UnsafeBufferPointer<UInt8>) -> Int? {
    guard place > 0 else { return nil }
    var start = place - 1
    while start > 0, text[start] & 0xC0 == 0x80 { start -= 1 }
    return start
  }

  /// The class of the character before a place; the edge at the beginning.
  func read(_ text: UnsafeBufferPointer<UInt8>, before place: Int) -> Int {
    guard let start = Self.before(place, in: text) else { return count }
    return read(text, at: start).number
  }
}
