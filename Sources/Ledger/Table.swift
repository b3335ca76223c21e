import GRDB

/// A table whose rows carry a checksum over what they say. It is no signature: who means to deceive can compute it as well.
enum Table: String, CaseIterable {
  case models, requests, scores, runs, observations, verdicts, trainings, gates, answers, servers
  case trainingSteps = "training_steps"
  case gateVerdicts = "gate_verdicts"
  case fileHashes = "file_hashes"

  /// The columns that never change once a row is there, in the order in which the checksum takes them.
  ///
  /// What is released stays as it is: the checksums of every ledger, and the migration that made them, go by it.
  var fixedColumns: [String] {
    switch self {
    case .models: ["id", "weights", "tokenizer", "configuration", "adapter", "format", "storage"]
    case .requests: ["id", "context", "continuation", "special_tokens", "rule"]
    case .scores:
      [
        "model_id", "request_id", "numerics_id", "logprob", "is_greedy", "terminator_logprob", "exact_match",
        "token_count", "tokens", "context_tokens", "token_hash",
      ]
    case .runs:
      [
        "id", "model_id", "suite", "suite_hash", "prompt_hash", "numerics_id", "share", "draws", "started_at",
        "command",
        "kernel", "threads",
      ]
    case .observations:
      ["run_id", "task", "family", "item", "block", "k", "draw", "condition", "role", "request_id"]
    case .verdicts:
      ["id", "run_id", "model_id", "baseline_path", "baseline_hash", "verdict", "report", "created_at"]
    case .trainings:
      [
        "id", "recipe", "recipe_hash", "recipe_text", "base", "seed", "out_folder", "labels", "steps_planned",
        "command",
        "started_at",
      ]
    case .trainingSteps:
      [
        "training_id", "step", "loss", "preservation", "learning_rate", "gradient_norm", "tokens_per_second",
        "target_accuracy", "leak_mass",
      ]
    case .gates: ["id", "header", "left_out", "created_at", "verdict_count"]
    case .gateVerdicts: ["gate_id", "position", "verdict_id"]
    case .answers: ["model_id", "request_id", "numerics_id", "text"]
    case .servers: ["model_id", "description"]
    case .fileHashes: ["device", "inode", "size", "modified_ns", "changed_ns", "sha256"]
    }
  }

  /// Columns that a later write changes; the checksum leaves them out.
  private var otherColumns: [String] { self == .models ? ["name", "path", "first_seen"] : [] }

  /// SQL that inserts one row: its arguments are `fixedColumns`, then a model's name, path and time.
  func insertion(_ verb: String = "INSERT", onConflict: String = "") -> String {
    let columns = fixedColumns + otherColumns
    let marks = (1...columns.count).map { "?\($0)" }
    return """
      \(verb) INTO \(rawValue) (\((columns + ["checksum"]).joined(separator: ", ")))
      VALUES (\(marks.joined(separator: ", ")), \(Self.call(marks.prefix(fixedColumns.count)))) \(onConflict)
      """
  }

  /// SQL of a value that is 1 where a row is as it was written.
  ///
  /// - Parameter alias: what the query calls the table.
  func isIntact(_ alias: String) -> String {
    "\(alias).checksum = \(Self.call(fixedColumns.map { "\(alias).\($0)" }))"
  }

  /// SQL of all columns of a row, and whether it is as it was written.
  func columns(_ alias: String) -> String { "\(alias).*, \(isIntact(alias)) AS \(intactColumn)" }

  /// What `columns` calls the last one.
  var intactColumn: String { "\(rawValue)_intact" }

  /// SQL that gives rows of before there were checksums theirs.
  var summing: String { "UPDATE \(rawValue) SET checksum = \(Self.call(fixedColumns))" }

  private static func call(_ arguments: some Sequence<String>) -> String {
    "holdfast_checksum(\(arguments.joined(separator: ", ")))"
  }

  /// The function that the SQL above calls; every connection needs it.
  static let checksum = DatabaseFunction("holdfast_checksum", pure: true) { values in checksum(of: values) }

  /// FNV-1a with 64 bits over the values, each behind its type and length: any one byte that changes is seen.
  private static func checksum(of values: [DatabaseValue]) -> Int64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    func add(_ number: UInt64) {
      for shift in stride(from: 0, to: 64, by: 8) { add(UInt8(truncatingIfNeeded: number >> shift)) }
    }
    for value in values {
      switch value.storage {
      case .null: add(0 as UInt8)
      case .int64(let integer):
        add(1 as UInt8)
        add(UInt64(bitPattern: integer))
      case .double(let number):
        add(2 as UInt8)
        add(number.bitPattern)
      case .string(let text):
        add(3 as UInt8)
        add(UInt64(text.utf8.count))
        for byte in text.utf8 { add(byte) }
      case .blob(let data):
        add(4 as UInt8)
        add(UInt64(data.count))
        for byte in data { add(byte) }
      }
    }
    return Int64(bitPattern: hash)
  }
}

extension Ledger {
  /// Refuses a row that is not as it was written.
  ///
  /// - Parameter row: of a query that asks for the table's `columns` or for `isIntact` under the name of `intactColumn`.
  func demandIntact(_ row: Row, _ table: Table) throws {
    // NULL where a joined row is gone: GRDB ends the process where a value that is not optional is asked of it.
    guard row.hasColumn(table.intactColumn), row[table.intactColumn] as Bool? == true else {
      throw damaged(table.rawValue)
    }
  }
}
