import CTransfers
import Diagnostics
import Foundation
import Reading
import Synchronization

/// Requests by the system's libcurl: its root certificates, proxies by the usual variables, keep-alive.
///
/// No redirect is followed and no cookie kept. An answer is cut off where it grows beyond what it can be.
package final class CurlTransport: Transport {
  private let address: ServerAddress
  private let access: ServerAccess
  private let open = Mutex<Open>(Open())
  // Set once, in `init`, and used by functions that may be called from any thread.
  private nonisolated(unsafe) var transfers: OpaquePointer?

  private struct Open {
    var last: UInt64 = 0
    var waiting: [UInt64: Waiting] = [:]
  }

  private struct Waiting {
    let limit: Int
    let done: @Sendable (Result<ServerReply, ServerFault>) -> Void
  }

  /// - Throws: `InputError` where the file of certificates holds none, and where the system has no libcurl.
  package init(_ address: ServerAddress, _ access: ServerAccess) throws {
    self.address = address
    self.access = access
    if let authority = access.authority {
      let text = try readFile(authority, limit: 16 << 20, absent: "give --ca a file of certificates in PEM form")
      guard text.range(of: Data("BEGIN CERTIFICATE".utf8)) != nil else {
        throw InputError(authority, "holds no certificate", remedy: "give --ca a file of certificates in PEM form")
      }
    }
    var problem: UnsafePointer<CChar>?
    transfers = transfers_open(
      access.concurrency ?? ConcurrencyControl.most, access.authority,
      { context, number, result in
        guard let context, let result else { return }
        Unmanaged<CurlTransport>.fromOpaque(context).takeUnretainedValue().finish(number, result.pointee)
      }, Unmanaged.passUnretained(self).toOpaque(), &problem)
    guard transfers != nil else {
      let words = problem.map { String(cString: $0) } ?? "libcurl cannot be used"
      throw InputError(address.description, "cannot be asked: \(words)", remedy: "install it, and ask again")
    }
  }

  // Nothing is called back once this returns.
  deinit { if let transfers { transfers_close(transfers) } }

  package func send(
    _ request: ServerRequest, _ done: @escaping @Sendable (Result<ServerReply, ServerFault>) -> Void
  ) -> any Sending {
    let number = open.withLock { open in
      open.last += 1
      open.waiting[open.last] = Waiting(limit: request.answerLimit, done: done)
      return open.last
    }
    var headers = ["Accept: application/json", "User-Agent: holdfast"]
    if request.body != nil { headers.append("Content-Type: application/json") }
    if let key = access.key { headers.append("Authorization: Bearer \(key.secret)") }
    let texts = headers.map { strdup($0) }
    defer { for text in texts { free(text) } }
    let body = request.body ?? []
    body.withUnsafeBufferPointer { bytes in
      texts.map { UnsafePointer($0) }.withUnsafeBufferPointer { headers in
        transfers_send(
          transfers, number, address.root + request.path, headers.baseAddress, headers.count, bytes.baseAddress,
          bytes.count, request.body != nil, request.answerLimit)
      }
    }
    return Numbered(transport: self, number: number)
  }

  private struct Numbered: Sending {
    let transport: CurlTransport
    let number: UInt64

    func cancel() {
      let isOpen = transport.open.withLock { $0.waiting.removeValue(forKey: number) != nil }
      if isOpen { transfers_cancel(transport.transfers, number) }
    }
  }

  private func finish(_ number: UInt64, _ result: transfer_result) {
    guard let waiting = open.withLock({ $0.waiting.removeValue(forKey: number) }) else { return }
    waiting.done(reply(result, limit: waiting.limit))
  }

  private func reply(_ result: transfer_result, limit: Int) -> Result<ServerReply, ServerFault> {
    let words = result.message.map { String(cString: $0) } ?? ""
    switch result.code {
    case 0: break
    case Int32(TRANSFER_TOO_LARGE): return .failure(.tooLarge(limit: limit))
    // Certificates, by libcurl's numbers: handshake, the engine's own, the peer's, the file of authorities.
    case 35, 51, 60, 77, 83, 91: return .failure(.untrusted(words))
    // An answer that ended early, could not be read, or never began.
    case 18, 52, 55, 56, 61, 92: return .failure(.cutOff)
    case 28 where result.status != 0: return .failure(.timedOut(seconds: access.timeout))
    default: return .failure(.unreachable(words))
    }
    if (300..<400).contains(result.status) {
      let location = result.location.map { String(cString: $0) } ?? "another address"
      return .failure(.redirected(access.key.map { location.replacing($0.secret, with: "…") } ?? location))
    }
    return .success(
      ServerReply(
        status: Int(result.status), retryAfter: result.retry_after < 0 ? nil : result.retry_after,
        body: withoutKey(result.body.map { Data(bytes: $0, count: result.body_count) } ?? Data())))
  }

  /// A server that repeats what it was sent must not bring the key into a message or the ledger.
  private func withoutKey(_ body: Data) -> Data {
    guard let key = access.key.map({ Data($0.secret.utf8) }), body.range(of: key) != nil else { return body }
    var (body, from) = (body, body.startIndex)
    while let place = body.range(of: key, in: from..<body.endIndex) {
      body.replaceSubrange(place, with: Data("…".utf8))
      from = place.lowerBound + 3
    }
    return body
  }
}
