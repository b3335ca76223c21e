import ArgumentParser
import Diagnostics
import Foundation
import Gating
import Served

/// The options by which a verb is told how to speak to a server.
struct ServerOptions: ParsableArguments {
  @Option(help: "Of a served model, a file of certificates that are trusted in the place of the system's.")
  var ca: String?

  @Option(help: "Of a served model, requests at a time; found out by trying by default.")
  var concurrency: Int?

  @Option(help: "Of a served model, the seconds that an answer may take.")
  var serverTimeout: Int = 300

  @Option(help: "Of a served model, the seconds for which a server that is gone or has too much is waited for.")
  var serverWait: Int = 120

  @Option(help: "Of a served model, what you know its weights by, such as their SHA-256.")
  var servedHash: String?

  func validate() throws {
    if let concurrency, !(1...ConcurrencyControl.most).contains(concurrency) {
      throw ValidationError("--concurrency must be from 1 to \(ConcurrencyControl.most)")
    }
    guard (1...86_400).contains(serverTimeout) else {
      throw ValidationError("--server-timeout must be from 1 to 86400")
    }
    guard (0...86_400).contains(serverWait) else { throw ValidationError("--server-wait must be from 0 to 86400") }
    guard servedHash.map({ (1...128).contains($0.utf8.count) }) ?? true else {
      throw ValidationError("--served-hash must have from 1 to 128 bytes")
    }
  }

  /// - Parameter keyFile: the configuration's `api_key_file`.
  func access(keyFile: String?) throws -> ServerAccess {
    ServerAccess(
      key: try ServerKey.find(file: keyFile), authority: ca, timeout: serverTimeout, concurrency: concurrency,
      patience: serverWait, servedHash: servedHash)
  }
}
