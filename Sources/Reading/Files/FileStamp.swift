import Foundation

/// What tells one version of a file from another without reading it. Times are in nanoseconds since 1970.
package struct FileStamp: Hashable, Sendable {
  package let device: UInt64
  package let inode: UInt64
  package let size: Int64
  package let modified: Int64
  package let changed: Int64

  package init(device: UInt64, inode: UInt64, size: Int64, modified: Int64, changed: Int64) {
    self.device = device
    self.inode = inode
    self.size = size
    self.modified = modified
    self.changed = changed
  }

  init(_ status: stat) {
    self.init(
      device: UInt64(status.st_dev), inode: UInt64(status.st_ino), size: Int64(status.st_size),
      modified: Self.nanoseconds(status.st_mtim), changed: Self.nanoseconds(status.st_ctim))
  }

  /// The stamp of the file at `path` now; nil where there is none.
  package static func of(_ path: String) -> FileStamp? {
    var status = stat()
    return stat(path, &status) == 0 ? FileStamp(status) : nil
  }

  /// Whether both are of one file, whatever became of what is in it.
  package func isOfFile(_ other: FileStamp) -> Bool { device == other.device && inode == other.inode }

  /// Nanoseconds until a further write could not carry the same time as the last one; 0 where that is so already.
  ///
  /// Systems stamp writes with the time of the last clock tick (10 ms apart at most), and some file systems with whole seconds.
  func unsettled(now: Int64) -> Int64 {
    let second: Int64 = 1_000_000_000
    let hasWholeSeconds = modified % second == 0 && changed % second == 0
    let granularity = hasWholeSeconds ? 2 * second : 20_000_000
    let age = now - modified
    return (0..<granularity).contains(age) ? granularity - age : 0
  }

  static func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}
