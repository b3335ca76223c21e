import Foundation

/// A folder's entries by kind, each list ascending by name; hidden ones are left out. A link is a link, wherever it leads.
struct FolderListing {
  private(set) var files: [String] = []
  private(set) var folders: [String] = []
  private(set) var links: [String] = []
  /// False where the folder has more entries than were asked for.
  private(set) var isWhole = true

  /// - Parameter most: how many entries are read, hidden ones among them.
  /// - Returns: nil where the folder cannot be listed.
  init?(_ path: String, most: Int) {
    guard let folder = opendir(path) else { return nil }
    defer { closedir(folder) }
    var count = 0
    while let entry = readdir(folder) {
      guard count < most else {
        isWhole = false
        break
      }
      count += 1
      guard let name = Self.name(of: entry), !name.hasPrefix(".") else { continue }
      var status = stat()
      guard lstat("\(path)/\(name)", &status) == 0 else { continue }
      switch status.st_mode & S_IFMT {
      case S_IFREG: files.append(name)
      case S_IFDIR: folders.append(name)
      case S_IFLNK: links.append(name)
      default: break
      }
    }
    files.sort()
    folders.sort()
    links.sort()
  }

  /// Nil for a name that is not UTF-8, which no configuration could hold.
  private static func name(of entry: UnsafeMutablePointer<dirent>) -> String? {
    guard let offset = MemoryLayout<dirent>.offset(of: \dirent.d_name) else { return nil }
    let start = UnsafeRawPointer(entry).advanced(by: offset)
    return String(validatingCString: start.assumingMemoryBound(to: CChar.self))
  }
}

/// The first bytes of a file; nil where it cannot be read or is no regular one. A link is not followed, a pipe not waited for.
func firstBytes(of path: String, most: Int) -> [UInt8]? {
  let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
  var bytes = [UInt8](repeating: 0, count: min(most, Int(status.st_size)))
  var length = 0
  while length < bytes.count {
    let got = bytes.withUnsafeMutableBytes { memory in
      memory.baseAddress.map { read(descriptor, $0 + length, memory.count - length) } ?? 0
    }
    if got < 0, errno == EINTR { continue }
    guard got > 0 else { break }
    length += got
  }
  bytes.removeLast(bytes.count - length)
  return bytes
}
