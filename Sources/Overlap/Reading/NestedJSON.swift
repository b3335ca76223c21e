import Reading

extension JSONExtractor {
  /// Adds the text at the end of the record's bytes as a field. One that is JSON with texts in it is taken apart instead: messages
  /// that were written as a string, by JSON's rules or Python's, as a column of a table has them, or a call's arguments.
  ///
  /// - Parameters:
  ///   - start: where the text begins.
  ///   - depth: how deep it lies.
  static func add(_ context: Context, from start: Int, to record: DataRecord, depth: Int) {
    let end = record.bytes.count
    var isText = true
    if depth < JSONLexer.deepest, mayBeJSON(record.bytes.slice(start, end)) {
      let known = record.fields.count
      let content = record.content
      // The record's bytes move while it is filled.
      let text = Array(record.bytes.slice(start, end))
      if addNested(text, context, to: record, depth: depth)
        || PythonLiteral.json(text).map({ addNested($0, context, to: record, depth: depth) }) == true
      {
        // As it stands it may be an item's input or answer all the same.
        guard record.fields.count == known || context.role != .other else { return }
        isText = record.content == content
      }
    }
    if isText { record.content.note(record.bytes.slice(start, end), context.role, isNamed: context.isNamed) }
    let isWhole = context.isPlain && context.role == .other
    record.fields.append(
      RecordField(
        role: context.role, group: -1, isPlainText: context.isPlain, start: start,
        end: isWhole ? record.endWithoutTokens(start, end) : end))
  }

  /// Brackets at both ends.
  private static func mayBeJSON(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = text.first(where: { !DataFormat.isSpace($0) }),
      first == UInt8(ascii: "{") || first == UInt8(ascii: "["),
      let last = text.last(where: { !DataFormat.isSpace($0) })
    else { return false }
    return last == first + 2
  }

  /// False where the text is no JSON: then nothing was added.
  private static func addNested(_ text: [UInt8], _ context: Context, to record: DataRecord, depth: Int) -> Bool {
    let (known, content) = (record.fields.count, record.content)
    return text.withUnsafeBufferPointer { bytes in
      var nested = JSONExtractor(bytes, at: 0, into: record, depth: depth + 1)
      do throws(JSONFault) {
        try nested.value(context)
        guard bytes[nested.index...].contains(where: { !DataFormat.isSpace($0) }) else { return true }
      } catch {}
      record.fields.removeLast(record.fields.count - known)
      record.content = content
      return false
    }
  }
}
