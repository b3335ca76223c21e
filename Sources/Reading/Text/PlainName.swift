/// Whether a text is a name that any file system, table and command line takes as it is: ASCII letters, digits, ".", "_" and "-", the first no ".",
/// and at most so many bytes.
package func isPlainName(_ text: some StringProtocol, most: Int) -> Bool {
  (1...most).contains(text.utf8.count) && !text.hasPrefix(".")
    && text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
        true
      default: false
      }
    }
}
