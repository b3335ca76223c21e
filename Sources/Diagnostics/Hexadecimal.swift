extension Sequence<UInt8> {
  /// Two lower-case digits a byte: how hashes are written everywhere.
  package var hexadecimal: String {
    // As an array, because this is not specialised for its callers, and hashes are written by the ten thousand.
    let bytes = [UInt8](self)
    let digits: StaticString = "0123456789abcdef"
    return String(unsafeUninitializedCapacity: 2 * bytes.count) { text in
      for (index, byte) in bytes.enumerated() {
        text[2 * index] = digits.utf8Start[Int(byte >> 4)]
        text[2 * index + 1] = digits.utf8Start[Int(byte & 15)]
      }
      return 2 * bytes.count
    }
  }
}
