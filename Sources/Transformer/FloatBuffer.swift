import Diagnostics
import Foundation

/// Floats on 64-byte boundaries, uninitialised at first: what every kernel reads and writes. Where there is no memory for them the process
/// ends with one line.
package final class FloatBuffer: @unchecked Sendable {
  // Sendable because the pointer never changes: who may write which part at a time is the engine's business.
  package let pointer: UnsafeMutablePointer<Float>
  package let count: Int

  package init(_ count: Int) {
    let bytes = max(64, (count * MemoryLayout<Float>.stride + 63) / 64 * 64)
    var memory: UnsafeMutableRawPointer?
    guard posix_memalign(&memory, 64, bytes) == 0, let memory else { endForLackOfMemory(bytes: bytes) }
    pointer = memory.bindMemory(to: Float.self, capacity: bytes / MemoryLayout<Float>.stride)
    self.count = count
  }

  deinit { free(pointer) }
}
