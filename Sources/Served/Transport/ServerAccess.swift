import Diagnostics
import Foundation
import Reading

/// How a server is spoken to, besides its address.
package struct ServerAccess: Sendable, Hashable {
  /// The key that stands in every request's header; in no file, report or message.
  package let key: ServerKey?
  /// A file of certificates that are trusted in the place of the system's.
  package let authority: String?
  /// Seconds that an answer may take.
  package let timeout: Int
  /// The most requests at a time; nil to find it out.
  package let concurrency: Int?
  /// Seconds for which a server that is gone is waited for.
  package let patience: Int
  /// What the user says the served weights are, such as their SHA-256.
  package let servedHash: String?

  package init(
    key: ServerKey? = nil, authority: String? = nil, timeout: Int = 300, concurrency: Int? = nil, patience: Int = 120,
    servedHash: String? = nil
  ) {
    self.key = key
    self.authority = authority
    self.timeout = timeout
    self.concurrency = concurrency
    self.patience = patience
    self.servedHash = servedHash
  }
}

/// A key, which no interpolation shows.
package struct ServerKey: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  let secret: String

  package var description: String { "(a key)" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }

  /// The environment variable that holds a key.
  package static let variable = "HOLDFAST_API_KEY"

  /// - Parameter file: a file with the key on its one line; the environment's key where there is none.
  /// - Throws: `InputError` where it is there and is no key; the text itself is not shown.
  package static func find(
    file: String?, environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws -> ServerKey? {
    if let file {
      return try ServerKey(
        String(decoding: try readFile(file, limit: 1 << 20, absent: "check api_key_file"), as: UTF8.self), place: file)
    }
    return try environment[variable].flatMap { $0.isEmpty ? nil : try ServerKey($0, place: variable) }
  }

  private init(_ text: String, place: String) throws {
    let key = text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !key.isEmpty, key.utf8.count <= 8192, key.utf8.allSatisfy({ (0x21..<0x7F).contains($0) }) else {
      throw InputError(place, "holds no key", remedy: "put the key alone there, on one line")
    }
    secret = key
  }
}
