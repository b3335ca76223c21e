/// Bytes that grow and are used again for every record: an array's bounds and uniqueness checks for every byte would
/// be most of the time spent on a gigabyte.
final class ByteBuffer {
  private(set) var pointer: UnsafeMutablePointer<UInt8>
  private(set) var count = 0
  private var capacity: Int

  init(capacity: Int = 4096) {
    self.capacity = max(16, capacity)
    pointer = .allocate(capacity: self.capacity)
  }

  deinit { pointer.deallocate() }

  /// Forgets the bytes, and gives back room that only a huge record needed.
  func removeAll() {
    count = 0
    if capacity > 1 << 20 {
      pointer.deallocate()
      capacity = 4096
      pointer = .allocate(capacity: capacity)
    }
  }

  func append(_ byte: UInt8) {
    reserve(1)
    pointer[count] = byte
    count += 1
  }

  func append(_ source: UnsafePointer<UInt8>, _ length: Int) {
    guard length > 0 else { return }
    reserve(length)
    (pointer + count).update(from: source, count: length)
    count += length
  }

  /// Forgets what stands from `length` on.
  func truncate(to length: Int) { count = min(count, length) }

  /// Repeats the bytes from `start` to `end` at the end.
  func append(copyOf start: Int, _ end: Int) {
    guard end > start else { return }
    reserve(end - start)
    (pointer + count).update(from: pointer + start, count: end - start)
    count += end - start
  }

  func append(_ scalar: Unicode.Scalar) {
    guard let encoded = UTF8.encode(scalar) else { return }
    for byte in encoded { append(byte) }
  }

  /// The bytes from `start` to `end`, valid until the next change.
  func slice(_ start: Int, _ end: Int) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: pointer + start, count: end - start)
  }

  private func reserve(_ more: Int) {
    guard count + more > capacity else { return }
    let larger = max(2 * capacity, count + more)
    let grown = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
    grown.update(from: pointer, count: count)
    pointer.deallocate()
    pointer = grown
    capacity = larger
  }
}
