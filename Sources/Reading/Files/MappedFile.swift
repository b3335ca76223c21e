import CMappings
import Diagnostics
import Foundation

/// A regular file mapped read-only into memory for as long as something refers to it.
///
/// The file stays others' to write: what was read from it after `settle` counts once `demandUnchanged` was passed afterwards;
/// `whileUnchanged` does both. Where it is cut short, or its disk fails, the missing bytes read as zeros, and `demandUnchanged` throws.
package final class MappedFile: Sendable {
  package let url: URL
  /// The file's bytes; empty for an empty file. Unaligned reads only, tensors may start anywhere.
  nonisolated(unsafe) package let bytes: UnsafeRawBufferPointer
  /// The file that was opened, which is the one mapped even if its name is given to another later.
  package let stamp: FileStamp
  /// `hf_mapping_register`'s; -1 for an empty file.
  private let mapping: Int32

  package var path: String { url.path }

  /// Maps `url`. Throws `InputError` where it is missing, unreadable, or not a regular file.
  package init(_ url: URL) throws {
    let path = url.path
    try FileKind.requireRegular(path)
    // Without O_NONBLOCK, opening a pipe that somebody left in the folder would wait for ever.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw InputError(path, "cannot be opened (\(systemWords(errno)))", remedy: "check the path")
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw InputError(path, "cannot be read (\(systemWords(errno)))", remedy: "check the path")
    }
    // Between the two looks another file may have got the name.
    let kind = FileKind(status.st_mode)
    guard kind == .regular else { throw InputError(path, kind.problem, remedy: "give a file") }
    let size = Int(status.st_size)
    self.url = url
    stamp = FileStamp(status)
    guard size > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      mapping = -1
      return
    }
    guard let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), address != MAP_FAILED else {
      throw InputError(
        path, "cannot be mapped (\(systemWords(errno)))", remedy: "check the memory limits")
    }
    mapping = hf_mapping_register(address, size)
    guard mapping >= 0 else {
      munmap(address, size)
      throw InputError(path, "is one mapped file too many", remedy: "give fewer files at once")
    }
    bytes = UnsafeRawBufferPointer(start: address, count: size)
  }

  deinit {
    guard let address = bytes.baseAddress else { return }
    hf_mapping_release(mapping)
    munmap(UnsafeMutableRawPointer(mutating: address), bytes.count)
  }

  /// Refuses a file that is another one by now than an earlier stamp says.
  package func demandUnchanged(since earlier: FileStamp) throws {
    guard earlier == stamp else { throw changed }
  }

  private var changed: InputError {
    InputError(path, "was changed while it was in use", remedy: "run it again once nothing writes to it")
  }

  /// Refuses what was read from a file that was written to, replaced or cut short since it was opened.
  package func demandUnchanged() throws {
    if hf_mapping_is_torn(mapping) != 0, FileStamp.of(path) == stamp {
      throw InputError(path, "could not be read to its end: its disk failed", remedy: "check the disk")
    }
    guard FileStamp.of(path) == stamp else { throw changed }
  }

  /// Waits until any further write changes the stamp: a file that was written a moment ago could be written again at the same time.
  package func settle() {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    let wait = stamp.unsettled(now: FileStamp.nanoseconds(now))
    if wait > 0 { usleep(UInt32(wait / 1000) + 1) }
  }
}

extension Sequence<MappedFile> {
  /// Refuses what was read from files of which one was written to, replaced or cut short since it was opened.
  package func demandUnchanged() throws { for file in self { try file.demandUnchanged() } }

  /// Runs what reads from the files. Neither its result nor its error counts where one of them was changed meanwhile: weights that are cut
  /// short would pass for damaged ones.
  ///
  /// - Parameter settling: whether to wait first where a file was written a moment ago (`MappedFile.settle`).
  package func whileUnchanged<Value>(settling: Bool = true, _ body: () throws -> Value) throws -> Value {
    if settling { for file in self { file.settle() } }
    do {
      let value = try body()
      try demandUnchanged()
      return value
    } catch {
      try demandUnchanged()
      throw error
    }
  }
}
