import Foundation
import Reading

/// One request to a server.
package struct ServerRequest: Sendable {
  /// From the server's root, with a slash at its start.
  package let path: String
  /// The body, as JSON; nil for a GET.
  package let body: [UInt8]?
  /// The most bytes that an answer can have.
  package let answerLimit: Int

  package static let smallAnswer = 4 << 20

  package static func get(_ path: String, answerLimit: Int = smallAnswer) -> ServerRequest {
    ServerRequest(path: path, body: nil, answerLimit: answerLimit)
  }

  package static func post(_ path: String, _ body: JSONValue, answerLimit: Int = smallAnswer) -> ServerRequest {
    var text = JSONText(isIndented: false)
    text.append(body)
    return ServerRequest(path: path, body: text.bytes, answerLimit: answerLimit)
  }
}

/// A server's answer as it came.
package struct ServerReply: Sendable {
  package let status: Int
  /// Seconds after which it wants to be asked again, where it says so.
  package let retryAfter: Double?
  package let body: Data

  package init(status: Int, retryAfter: Double? = nil, body: Data) {
    self.status = status
    self.retryAfter = retryAfter
    self.body = body
  }
}

/// What brings requests to a server and its answers back.
package protocol Transport: Sendable {
  /// Sends a request; `done` is called once, on any thread, unless it was cancelled before.
  func send(
    _ request: ServerRequest, _ done: @escaping @Sendable (Result<ServerReply, ServerFault>) -> Void
  ) -> any Sending
}

/// A request on its way.
package protocol Sending: Sendable {
  func cancel()
}
