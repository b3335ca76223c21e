import Diagnostics
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

  private static func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}

/// A regular file mapped read-only into memory for as long as something refers to it.
package final class MappedFile: Sendable {
  package let url: URL
  /// The file's bytes; empty for an empty file. Unaligned reads only, tensors may start anywhere.
  nonisolated(unsafe) package let bytes: UnsafeRawBufferPointer
  /// The file that was opened, which is the one mapped even if its name is given to another later.
  package let stamp: FileStamp

  package var path: String { url.path }

  /// Maps `url`. Throws `InputError` where it is missing, unreadable, or not a regular file.
  package init(_ url: URL) throws {
    let path = url.path
    // Without O_NONBLOCK, opening a pipe that somebody left in the folder would wait for ever.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw InputError(path, "cannot be opened (\(String(cString: strerror(errno))))", remedy: "check the path")
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw InputError(path, "is not a regular file", remedy: "give a file")
    }
    let size = Int(status.st_size)
    self.url = url
    stamp = FileStamp(status)
    guard size > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    guard let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), address != MAP_FAILED else {
      throw InputError(
        path, "cannot be mapped (\(String(cString: strerror(errno))))", remedy: "check the memory limits")
    }
    bytes = UnsafeRawBufferPointer(start: address, count: size)
  }

  deinit {
    guard let address = bytes.baseAddress else { return }
    munmap(UnsafeMutableRawPointer(mutating: address), bytes.count)
  }
}
