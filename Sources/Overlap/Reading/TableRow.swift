import Reading

/// Reads a table's records one after the other.
struct TableRow {
  private let form: TableForm
  private let bytes: UnsafeBufferPointer<UInt8>
  private var fields: CSVFields

  init(_ bytes: UnsafeBufferPointer<UInt8>, _ form: TableForm) {
    (self.bytes, self.form) = (bytes, form)
    fields = CSVFields(bytes, separator: form.separator)
  }

  /// Whether all have been read.
  var isAtEnd: Bool { fields.index >= bytes.count }

  /// Adds one record's fields; returns how many lines it has.
  mutating func read(into record: DataRecord) -> Int {
    var column = 0
    var lines = 0
    while true {
      let start = record.bytes.count
      let (within, end) = fields.next { record.bytes.append($0, $1) }
      lines += within
      add(column, start, record)
      column += 1
      guard end != .separator else { continue }
      record.choose(from: 0)
      return end == .record ? lines + 1 : lines
    }
  }

  private func add(_ column: Int, _ start: Int, _ record: DataRecord) {
    guard record.bytes.count > start else { return }
    var context = JSONExtractor.Context(isPlain: false, isNamed: false)
    switch column < form.columns.count ? form.columns[column] : nil {
    case .nothing: return
    case .input: (context.role, context.inherited, context.isNamed) = (.input, true, true)
    case .source: (context.role, context.inherited) = (.input, true)
    case .output, .kind: (context.role, context.inherited, context.isNamed) = (.output, true, true)
    case .segments: (context.isPlain, context.isNamed, context.isSegment) = (true, true, true)
    case .text, .content, .dialogue: (context.isPlain, context.isNamed) = (true, true)
    case .tokens: context.isTokens = true
    default: break
    }
    let place = record.fields.count
    JSONExtractor.add(context, from: start, to: record, depth: 0)
    guard column < form.columns.count else { return }
    if form.columns[column] == .choices { record.noteChoices(place..<record.fields.count) }
    if form.columns[column] == .kind { record.markClass(place..<record.fields.count) }
  }
}
