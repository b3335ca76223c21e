/// Reads a table's records one after the other.
struct TableRow {
  private let bytes: UnsafeBufferPointer<UInt8>
  private let form: TableForm
  /// Where the next record begins.
  private(set) var index = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>, _ form: TableForm) { (self.bytes, self.form) = (bytes, form) }

  /// Adds one record's fields; returns how many lines it has.
  mutating func read(into record: DataRecord) -> Int {
    var column = 0
    var lines = 0
    while true {
      let start = record.bytes.count
      lines += field(into: record)
      add(column, start, record)
      column += 1
      guard index < bytes.count else { return lines }
      index += 1
      if bytes[index - 1] == 0x0A { return lines + 1 }
    }
  }

  /// Reads up to the separator or line break; returns the line breaks within.
  private mutating func field(into record: DataRecord) -> Int {
    guard let base = bytes.baseAddress, index < bytes.count else { return 0 }
    var lines = 0
    if bytes[index] == 0x22 {
      index += 1
      while index < bytes.count {
        let start = index
        while index < bytes.count, bytes[index] != 0x22 {
          if bytes[index] == 0x0A { lines += 1 }
          index += 1
        }
        record.bytes.append(base + start, index - start)
        index += 1
        guard index < bytes.count, bytes[index] == 0x22 else { break }
        record.bytes.append(0x22)
        index += 1
      }
      index = min(index, bytes.count)
    }
    let start = index
    while index < bytes.count, bytes[index] != form.separator, bytes[index] != 0x0A { index += 1 }
    record.bytes.append(base + start, index - start)
    return lines
  }

  private func add(_ column: Int, _ start: Int, _ record: DataRecord) {
    guard record.bytes.count > start else { return }
    var context = JSONExtractor.Context(isPlain: false, isNamed: false)
    switch column < form.columns.count ? form.columns[column] : nil {
    case .nothing: return
    case .input: (context.role, context.inherited, context.isNamed) = (.input, true, true)
    case .source: (context.role, context.inherited) = (.input, true)
    case .output: (context.role, context.inherited, context.isNamed) = (.output, true, true)
    case .segments: (context.isPlain, context.isNamed, context.isSegment) = (true, true, true)
    case .text, .content, .dialogue: (context.isPlain, context.isNamed) = (true, true)
    case .tokens: context.isTokens = true
    default: break
    }
    JSONExtractor.add(context, from: start, to: record, depth: 0)
  }
}
