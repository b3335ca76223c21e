import CDigests

/// SHA-256 (FIPS 180-4): what identifies models, requests and files.
///
/// Of our own, because nothing else of a cryptographic library is needed, and BoringSSL was most of a fresh build.
package struct SHA256: Sendable {
  private var state: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]
  /// Bytes that do not fill a block yet.
  private var rest: [UInt8] = []
  private var count: UInt64 = 0
  private let isPortable: Bool

  private static let blockSize = 64

  package init() { self.init(isPortable: false) }

  /// - Parameter isPortable: leaves the processor's own instructions out; for tests.
  package init(isPortable: Bool) { self.isPortable = isPortable }

  package mutating func update(bufferPointer bytes: UnsafeRawBufferPointer) {
    count += UInt64(bytes.count)
    var bytes = bytes[...]
    if !rest.isEmpty {
      let missing = bytes.prefix(Self.blockSize - rest.count)
      rest += missing
      bytes = bytes.dropFirst(missing.count)
      guard rest.count == Self.blockSize else { return }
      rest.withUnsafeBytes { compressBlocks($0) }
      rest = []
    }
    let whole = bytes.count / Self.blockSize * Self.blockSize
    compressBlocks(UnsafeRawBufferPointer(rebasing: bytes.prefix(whole)))
    rest += bytes.dropFirst(whole)
  }

  package mutating func update(data: some Sequence<UInt8>) {
    if data.withContiguousStorageIfAvailable({ update(bufferPointer: UnsafeRawBufferPointer($0)) }) == nil {
      Array(data).withUnsafeBytes { update(bufferPointer: $0) }
    }
  }

  /// - Returns: the digest's 32 bytes; more may be added afterwards.
  package func finalize() -> [UInt8] {
    var last = self
    // A one bit, noughts, and the length in bits as the last eight bytes of a block.
    let noughts = (2 * Self.blockSize - 9 - rest.count) % Self.blockSize
    last.update(data: [0x80] + [UInt8](repeating: 0, count: noughts) + Self.bigEndian(count &* 8))
    return last.state.flatMap { Self.bigEndian($0) }
  }

  package static func hash(data: some Sequence<UInt8>) -> [UInt8] {
    var hash = SHA256()
    hash.update(data: data)
    return hash.finalize()
  }

  private mutating func compressBlocks(_ blocks: UnsafeRawBufferPointer) {
    guard let start = blocks.baseAddress?.assumingMemoryBound(to: UInt8.self), blocks.count >= Self.blockSize
    else { return }
    let count = blocks.count / Self.blockSize
    state.withUnsafeMutableBufferPointer {
      if isPortable {
        hf_sha256_blocks_portable($0.baseAddress, start, count)
      } else {
        hf_sha256_blocks($0.baseAddress, start, count)
      }
    }
  }

  private static func bigEndian<Number: FixedWidthInteger>(_ value: Number) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0) }
  }
}
