import Diagnostics
import Foundation

/// A file that appears whole or not at all: written under a hidden name beside its place, then renamed. A link stays a link: what it
/// leads to is replaced.
package final class OutputFile {
  /// As it was given; messages name it.
  private let path: String
  private var descriptor: Int32
  /// Where the bytes are until `commit`, and where they go; nil where they are written to a stream.
  private let staged: (hidden: String, target: String)?
  private var isCommitted = false

  /// - Parameter streams: whether pipes and devices will do, which are written to as they are: half of what was written may be read.
  /// - Throws: `InputError` where the path leads to what cannot be written, such as a folder.
  package init(_ path: String, streams: Bool = false) throws {
    self.path = path
    let kind = FileKind.of(path)
    guard let kind, kind != .regular else {
      if kind != nil { try OutputPlace.demandNoDatabase(path) }
      let target = URL(fileURLWithPath: Self.endOfLinks(path))
      let hidden = target.deletingLastPathComponent().appendingPathComponent(".holdfast-\(UUID().uuidString).tmp").path
      var status = stat()
      let mode = stat(path, &status) == 0 ? status.st_mode & 0o777 : 0o666
      descriptor = open(hidden, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else { throw Self.fault(path, errno) }
      // An existing file keeps its permissions.
      if mode != 0o666 { fchmod(descriptor, mode) }
      staged = (hidden, target.path)
      return
    }
    guard streams, kind != .folder else { throw InputError(path, kind.problem, remedy: "name a file to write") }
    // Nobody may be reading the pipe, and nobody may ever come.
    descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { throw Self.fault(path, errno) }
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
    staged = nil
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    if let staged, !isCommitted { unlink(staged.hidden) }
  }

  /// - Throws: `InputError` where there is no room, or no reader any more.
  package func write(_ bytes: some ContiguousBytes) throws {
    let error = bytes.withUnsafeBytes { writeAll($0, to: descriptor) }
    if error != 0 { throw Self.fault(path, error) }
  }

  /// Puts the file in its place.
  package func commit() throws {
    guard let staged else { return }
    // Some file systems say only now that there was no room.
    let closed = close(descriptor)
    descriptor = -1
    guard closed == 0 || errno == EINTR else { throw Self.fault(path, errno) }
    guard rename(staged.hidden, staged.target) == 0 else { throw Self.fault(path, errno) }
    isCommitted = true
  }

  /// Writes one file, and makes the folders that it is in.
  ///
  /// - Throws: `InputError` where it cannot be written; nothing half-written stays.
  package static func write(_ bytes: some ContiguousBytes, to path: String) throws {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw InputError(
        path, "its folder cannot be made (\(systemWords(error)))", remedy: "name a folder that you may write")
    }
    let file = try OutputFile(path)
    try file.write(bytes)
    try file.commit()
  }

  /// Where a chain of links leads, be it to nothing yet.
  private static func endOfLinks(_ path: String) -> String {
    var path = path
    // More than any system follows.
    for _ in 0..<40 {
      guard let next = try? FileManager.default.destinationOfSymbolicLink(atPath: path) else { break }
      path =
        next.hasPrefix("/")
        ? next : URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent(next).path
    }
    return path
  }

  private static func fault(_ path: String, _ error: Int32) -> InputError {
    if error == ENXIO, FileKind.of(path) == .pipe {
      return InputError(path, "is a pipe that nobody reads", remedy: "start its reader first, or name a file")
    }
    return InputError(
      path, "cannot be written (\(systemWords(error)))", remedy: "check the folder and the room on its disk")
  }
}

/// Writes all of the bytes; returns 0 or the system's error number. (`FileHandle.write` ends the process where it fails.)
package func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
  var rest = bytes[...]
  while !rest.isEmpty {
    let part = UnsafeRawBufferPointer(rebasing: rest)
    let written = write(descriptor, part.baseAddress, part.count)
    if written >= 0 {
      rest = rest.dropFirst(written)
    } else if errno == EAGAIN {
      // Somebody else made the stream one that does not wait.
      var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      _ = poll(&request, 1, -1)
    } else if errno != EINTR {
      return errno
    }
  }
  return 0
}
