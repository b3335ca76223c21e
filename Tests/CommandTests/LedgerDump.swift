import Foundation
import Testing

/// The rows of a ledger as text, read by the `sqlite3` command where this machine has it.
enum LedgerDump {
  static let isAvailable = ["/usr/bin/sqlite3", "/usr/local/bin/sqlite3", "/bin/sqlite3"].contains {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  /// Every score, and every observation of finished runs, in the order of their keys.
  static func rows(_ file: URL) throws -> [Substring] {
    let scores = """
      SELECT model_id, request_id, numerics_id, logprob, is_greedy, terminator_logprob, exact_match, token_count,
        hex(tokens), context_tokens, token_hash FROM scores ORDER BY 1, 2, 3
      """
    let observations = """
      SELECT DISTINCT task, family, item, block, k, draw, condition, role, request_id FROM observations
        JOIN runs ON runs.id = run_id WHERE finished_at IS NOT NULL ORDER BY 1, 3, 4, 5, 6, 7, 8
      """
    return try query(scores, file) + query(observations, file)
  }

  /// Every score alone.
  static func scores(_ file: URL) throws -> [Substring] {
    try rows(file).filter { $0.split(separator: "|", omittingEmptySubsequences: false).count == 11 }
  }

  private static func query(_ sql: String, _ file: URL) throws -> [Substring] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["sqlite3", file.path, sql]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return text.split(separator: "\n")
  }
}

/// What `run --json` found, as text: the part that must not depend on how the run went.
func findings(_ finished: Finished) throws -> String {
  #expect(finished.status == 0, "\(finished.err)")
  let summary = try finished.object()
  let kept = summary.filter { ["tasks", "mean", "blocks", "model_id", "suite", "share"].contains($0.key) }
  return String(decoding: try JSONSerialization.data(withJSONObject: kept, options: .sortedKeys), as: UTF8.self)
}
