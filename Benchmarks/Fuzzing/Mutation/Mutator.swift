import Suites

/// Makes inputs out of valid ones. The same number gives the same input, on every machine.
struct Mutator: Sendable {
  private struct Seed: Sendable {
    let bytes: [UInt8]
    let fields: [Field]
  }

  private let form: Form
  private let seeds: [Seed]
  private static let editCounts = [1, 1, 1, 2, 2, 3, 6]

  /// - Parameter seeds: valid inputs, at least one.
  init(_ form: Form, _ seeds: [[UInt8]]) {
    self.form = form
    self.seeds = seeds.map { Seed(bytes: $0, fields: form.fields($0)) }
  }

  /// The valid inputs that everything is made of.
  var validInputs: [[UInt8]] { seeds.map(\.bytes) }

  /// Input `number` of a round, and which of the valid inputs it was made of.
  func input(round: UInt64, number: Int) -> (bytes: [UInt8], seed: Int) {
    var numbers = SplitMix64(seed: round &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(number))
    let index = numbers.below(seeds.count)
    return (mutated(seeds[index], &numbers), index)
  }

  /// Another input made of one that need not be valid, of which as much is taken apart as can be.
  func mutated(_ bytes: [UInt8], number: UInt64) -> [UInt8] {
    var numbers = SplitMix64(seed: number)
    return mutated(Seed(bytes: bytes, fields: form.fields(bytes)), &numbers)
  }

  private func mutated(_ seed: Seed, _ numbers: inout SplitMix64) -> [UInt8] {
    var edits: [(range: Range<Int>, bytes: [UInt8])] = []
    for _ in 0..<Self.editCounts[numbers.below(Self.editCounts.count)] {
      let edit = edit(of: seed, &numbers)
      if !edits.contains(where: { $0.range.overlaps(edit.range) || $0.range.lowerBound == edit.range.lowerBound }) {
        edits.append(edit)
      }
    }
    edits.sort { $0.range.lowerBound < $1.range.lowerBound }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(seed.bytes.count + 64)
    let headerEnd = Form.headerEnd(seed.bytes) ?? 0
    var (position, growth) = (0, 0)
    for (range, replacement) in edits {
      // An insertion within another edit's range.
      guard range.lowerBound >= position else { continue }
      bytes += seed.bytes[position..<range.lowerBound]
      bytes += replacement
      position = range.upperBound
      if position <= headerEnd, range.lowerBound >= 8 { growth += replacement.count - range.count }
    }
    bytes += seed.bytes[position...]
    if growth != 0, numbers.below(8) > 0 { form.repair(&bytes, headerEnd: headerEnd, growth: growth) }
    if numbers.below(24) == 0 { bytes.removeLast(bytes.isEmpty ? 0 : numbers.below(bytes.count)) }
    return bytes
  }

  private func edit(of seed: Seed, _ numbers: inout SplitMix64) -> (range: Range<Int>, bytes: [UInt8]) {
    guard !seed.fields.isEmpty, numbers.below(8) > 0 else { return Self.plainEdit(of: seed.bytes, &numbers) }
    // Half of the edits are near the start, where a vocabulary or a tensor's weights do not outnumber all else.
    let isNear = numbers.below(2) == 0
    let field = seed.fields[numbers.below(isNear ? min(48, seed.fields.count) : seed.fields.count)]
    return (field.range, replacement(for: field, in: seed, &numbers))
  }

  private func replacement(for field: Field, in seed: Seed, _ numbers: inout SplitMix64) -> [UInt8] {
    func one(_ values: [[UInt8]]) -> [UInt8] { values[numbers.below(values.count)] }
    let old = Array(seed.bytes[field.range])
    switch field.kind {
    case .integer:
      let near = old.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      let value =
        numbers.below(3) > 0
        ? Extremes.integers[numbers.below(Extremes.integers.count)]
        : near &+ [1, 2, 32, .max, .max - 31][numbers.below(5)]
      return (0..<old.count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
    case .lengthAndText:
      let text = one(Extremes.texts)
      let length =
        numbers.below(8) > 0 ? UInt64(text.count) : Extremes.integers[numbers.below(Extremes.integers.count)]
      return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * UInt64($0))) } + text
    case .value: return numbers.below(6) > 0 ? one(Extremes.values) : other(.value, in: seed, &numbers)
    case .key: return numbers.below(2) > 0 ? one(Extremes.values) : other(.key, in: seed, &numbers)
    case .piece:
      switch numbers.below(4) {
      case 0: return []
      case 1: return old + old
      case 2: return other(.piece, in: seed, &numbers)
      default: return (0..<[2, 40][numbers.below(2)]).flatMap { _ in old }
      }
    case .word:
      switch numbers.below(4) {
      case 0: return one(Extremes.numbers)
      case 1: return one(Extremes.texts)
      case 2: return one(Extremes.yaml)
      default: return other(.word, in: seed, &numbers)
      }
    }
  }

  /// What another field of the kind says.
  private func other(_ kind: Field.Kind, in seed: Seed, _ numbers: inout SplitMix64) -> [UInt8] {
    for _ in 0..<16 {
      let field = seed.fields[numbers.below(seed.fields.count)]
      if field.kind == kind, field.range.count < 4096 { return Array(seed.bytes[field.range]) }
    }
    return []
  }

  /// Without regard to structure: bits, bytes that are gone, new, or twice.
  private static func plainEdit(
    of bytes: [UInt8], _ numbers: inout SplitMix64
  ) -> (range: Range<Int>, bytes: [UInt8]) {
    let start = numbers.below(bytes.count + 1)
    let end = min(bytes.count, start + [0, 1, 1, 2, 8, 64][numbers.below(6)])
    switch numbers.below(5) {
    case 0: return (start..<end, bytes[start..<end].map { $0 ^ 1 << UInt8(numbers.below(8)) })
    case 1: return (start..<end, [])
    case 2: return (start..<start, Extremes.texts[numbers.below(Extremes.texts.count)])
    case 3: return (start..<end, bytes[start..<end].map { _ in UInt8(truncatingIfNeeded: numbers.next()) })
    default: return (start..<start, Array(bytes[start..<end]) + bytes[start..<end])
    }
  }
}
