import Diagnostics
import Foundation

/// A file that is open for reading.
///
/// Opening never waits, and neither pipes nor devices are touched where only a regular file makes sense: they are refused by name.
package final class InputFile {
  /// As it was given; messages name it.
  package let path: String
  private let descriptor: Int32
  private let ownsDescriptor: Bool

  /// Other names of standard input. Opened by name, it would be another file where it is a socket, or not there at all.
  private static let standardInput: Set<String> = ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"]

  /// - Parameters:
  ///   - streams: whether pipes, terminals and standard input ("-") will do: what is read once, from its beginning to its end.
  ///   - absent: what to do where there is no such file.
  /// - Throws: `InputError` where it is not there, of another kind, or cannot be opened.
  package init(_ path: String, streams: Bool = false, absent: ShownText = "check the path") throws {
    self.path = path
    if streams, Self.standardInput.contains(path) {
      descriptor = STDIN_FILENO
      ownsDescriptor = false
      return
    }
    var status = stat()
    guard stat(path, &status) == 0 else { throw Self.fault(path, errno, absent: absent) }
    try Self.admit(status, path, streams)
    // Between the two looks another file may have got the name.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { throw Self.fault(path, errno, absent: absent) }
    do {
      guard fstat(descriptor, &status) == 0 else { throw Self.fault(path, errno, absent: absent) }
      try Self.admit(status, path, streams)
    } catch {
      close(descriptor)
      throw error
    }
    self.descriptor = descriptor
    ownsDescriptor = true
  }

  deinit { if ownsDescriptor { close(descriptor) } }

  /// The size that the file has now; 0 of a stream.
  package var size: Int {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
  }

  /// Reads what is there, at most what `memory` holds; waits where nothing is there yet.
  ///
  /// - Returns: bytes; 0 at the end.
  /// - Throws: `InputError` where it cannot be read; `Interrupted` where the work is to end meanwhile.
  package func read(into memory: UnsafeMutableRawBufferPointer) throws -> Int {
    while true {
      // A pipe whose writer has not come yet would read as if it were at its end.
      while !(try isReady(within: 200)) { try Interruption.check() }
      let count = Foundation.read(descriptor, memory.baseAddress, memory.count)
      if count >= 0 { return count }
      guard errno == EINTR || errno == EAGAIN else {
        throw InputError(path, "cannot be read (\(systemWords(errno)))", remedy: "check where it comes from")
      }
    }
  }

  /// Whether a read would not wait: bytes are there, or the end, or a fault.
  ///
  /// - Parameter milliseconds: how long to wait for that.
  package func isReady(within milliseconds: Int32) throws -> Bool {
    var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    let found = poll(&request, 1, milliseconds)
    return found > 0 || (found < 0 && errno != EINTR)
  }

  /// Everything up to the end.
  ///
  /// - Throws: `InputError` where there are more than `limit` bytes.
  package func readAll(limit: Int) throws -> Data {
    func demand(_ count: Int) throws {
      guard count <= limit else { throw InputError(path, "larger than \(limit >> 20) MiB", remedy: "split it") }
    }
    try demand(size)
    var bytes = [UInt8](repeating: 0, count: min(limit, size) + 1)
    var length = 0
    while true {
      let count = try bytes.withUnsafeMutableBytes {
        try read(into: UnsafeMutableRawBufferPointer(rebasing: $0[length...]))
      }
      if count == 0 { break }
      length += count
      // The file may grow while it is read.
      try demand(length)
      if length == bytes.count { bytes.append(contentsOf: repeatElement(0, count: min(limit + 1 - length, length))) }
    }
    return Data(bytes.prefix(length))
  }

  private static func admit(_ status: stat, _ path: String, _ streams: Bool) throws {
    let kind = FileKind(status.st_mode)
    let isTerminalOrSuch = status.st_mode & S_IFMT == S_IFCHR
    guard kind == .regular || (streams && (kind == .pipe || isTerminalOrSuch)) else {
      throw InputError(path, kind.problem, remedy: kind == .folder && streams ? "name the files in it" : "give a file")
    }
  }

  private static func fault(_ path: String, _ error: Int32, absent: ShownText) -> InputError {
    switch error {
    case ENOENT, ENOTDIR: InputError(path, "no such file", remedy: absent)
    case EMFILE, ENFILE:
      InputError(path, "cannot be opened (\(systemWords(error)))", remedy: "raise the limit (ulimit -n)")
    default: InputError(path, "cannot be read (\(systemWords(error)))", remedy: "check its permissions")
    }
  }
}

/// A whole regular file.
///
/// - Parameter absent: what to do where there is no such file.
/// - Throws: `InputError` where it is missing, no regular file, unreadable, or above `limit` bytes.
package func readFile(_ path: String, limit: Int, absent: ShownText = "check the path") throws -> Data {
  try InputFile(path, absent: absent).readAll(limit: limit)
}

/// A whole regular file as UTF-8 text; throws as `readFile`, and where it is something else.
package func readText(_ path: String, limit: Int, absent: ShownText = "check the path") throws -> String {
  guard let text = String(data: try readFile(path, limit: limit, absent: absent), encoding: .utf8) else {
    throw InputError(path, "not UTF-8 text", remedy: "save it as UTF-8")
  }
  return text
}
