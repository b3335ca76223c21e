/// Floats on 64-byte boundaries, uninitialised at first: what every kernel reads and writes.
package final class FloatBuffer: @unchecked Sendable {
  // Sendable because the pointer never changes: who may write which part at a time is the engine's business.
  package let pointer: UnsafeMutablePointer<Float>
  package let count: Int

  package init(_ count: Int) {
    let bytes = max(64, (count * MemoryLayout<Float>.stride + 63) / 64 * 64)
    let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    pointer = raw.bindMemory(to: Float.self, capacity: bytes / MemoryLayout<Float>.stride)
    self.count = count
  }

  deinit { UnsafeMutableRawPointer(pointer).deallocate() }
}
