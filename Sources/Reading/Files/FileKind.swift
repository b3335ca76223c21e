import Diagnostics
import Foundation

/// What a path leads to, links followed.
package enum FileKind: Sendable, Equatable {
  case regular
  case folder
  case pipe
  case device
  case socket

  init(_ mode: mode_t) {
    self =
      switch mode & S_IFMT {
      case S_IFREG: .regular
      case S_IFDIR: .folder
      case S_IFIFO: .pipe
      case S_IFSOCK: .socket
      default: .device
      }
  }

  /// The kind of what is at `path`; nil where nothing is there, or it cannot be seen. Nothing is opened, so nothing is waited for.
  package static func of(_ path: String) -> FileKind? {
    var status = stat()
    return stat(path, &status) == 0 ? FileKind(status.st_mode) : nil
  }

  /// What is wrong with it where it is not what is wanted.
  package var problem: ShownText { self == .regular ? "is a file" : "is not a regular file: \(statement)" }

  /// "it is a pipe".
  package var statement: ShownText {
    switch self {
    case .regular: "it is a file"
    case .folder: "it is a folder"
    case .pipe: "it is a pipe"
    case .device: "it is a device"
    case .socket: "it is a socket"
    }
  }

  /// Refuses what is at `path` and no regular file, before a library opens it: that would wait for a pipe's other end for ever.
  package static func requireRegular(_ path: String, remedy: ShownText = "give a file") throws {
    guard let kind = of(path), kind != .regular else { return }
    throw InputError(path, kind.problem, remedy: remedy)
  }
}
