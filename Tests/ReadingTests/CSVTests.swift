import Reading
import Testing

@Suite("CSV")
struct CSVTests {
  private func records(_ text: String, separator: Character = ",") -> [[String]] {
    let bytes = Array(text.utf8)
    return bytes.withUnsafeBufferPointer { bytes in
      var fields = CSVFields(bytes, separator: separator.asciiValue ?? 0)
      var records: [[String]] = []
      var record: [String] = []
      while true {
        var field: [UInt8] = []
        let (_, end) = fields.next { field += UnsafeBufferPointer(start: $0, count: $1) }
        record.append(String(decoding: field, as: UTF8.self))
        guard end != .separator else { continue }
        records.append(record)
        record = []
        if end == .data || fields.index == bytes.count { return records }
      }
    }
  }

  @Test("fields are as Python's csv reads them")
  func fields() {
    #expect(records("a,b\nc,d\n") == [["a", "b"], ["c", "d"]])
    #expect(records("\"a,\"\"b\"\"\nc\",d") == [["a,\"b\"\nc", "d"]])
    #expect(records("a,,\n,\n") == [["a", "", ""], ["", ""]])
    #expect(records("a\"b,\"c\"d\n") == [["a\"b", "cd"]])
    #expect(records("a;b,c", separator: ";") == [["a", "b,c"]])
    #expect(records("\"open\na") == [["open\na"]])
  }

  @Test("records end at line breaks that are not quoted, whatever the pieces")
  func ends() {
    let bytes = Array("a,\"b\n\"\"c\"\nd,e\nf,\"g".utf8)
    for cut in bytes.indices {
      var ends = CSVRecordEnds(separator: 0x2C)
      bytes[..<cut].withUnsafeBufferPointer { ends.scan($0, from: 0) }
      bytes.withUnsafeBufferPointer { ends.scan($0, from: cut) }
      #expect((ends.end, ends.count, ends.isQuoted) == (14, 2, true))
    }
  }

  @Test("the most frequent sign separates")
  func separator() {
    #expect(CSVRecordEnds.separator(of: "a;b;c,d".utf8) == UInt8(ascii: ";"))
    #expect(CSVRecordEnds.separator(of: "a\tb".utf8) == UInt8(ascii: "\t"))
    #expect(CSVRecordEnds.separator(of: "alone".utf8) == UInt8(ascii: ","))
  }
}
