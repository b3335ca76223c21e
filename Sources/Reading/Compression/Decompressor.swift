import CCompression

/// Decompresses a file's bytes as they come, in bounded memory: several gzip members or Zstandard frames one after the other are
/// one text.
final class Decompressor {
  /// What is wrong with the data, in the library's words.
  struct Damage: Error {
    let reason: String
  }

  private let stream: OpaquePointer

  /// - Throws: `Damage` where there is no memory.
  init(_ compression: Compression) throws(Damage) {
    let form = compression == .gzip ? HF_GZIP : HF_ZSTANDARD
    guard let stream = hf_decompressor_new(Int32(form)) else { throw Damage(reason: "no memory") }
    self.stream = stream
  }

  deinit { hf_decompressor_free(stream) }

  /// Whether the data may end here.
  var isWhole: Bool { hf_decompressor_is_whole(stream) != 0 }

  /// Goes on until the input is used up or the output full.
  func decompress(
    _ input: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>
  ) throws(Damage) -> (consumed: Int, produced: Int) {
    var consumed = 0
    var produced = 0
    guard
      hf_decompress(
        stream, input.baseAddress, input.count, output.baseAddress, output.count, &consumed, &produced) == 0
    else { throw Damage(reason: String(cString: hf_decompressor_error(stream))) }
    return (consumed, produced)
  }
}
