import Diagnostics
import Digests
import Foundation

/// One hash over the token ids of a task's requests: SHA-256 over a line "request id, space, token hash" for each, sorted.
///
/// - Parameter requests: the hash of each request's own token ids (`Score.tokenHash`), by request id.
/// - Returns: 64 hexadecimal digits, a function of the set alone.
package func tokenHash(ofRequests requests: [String: String]) -> String {
  let lines = requests.map { "\($0.key) \($0.value)\n" }.sorted()
  return SHA256.hash(data: Data(lines.joined().utf8)).hexadecimal
}
