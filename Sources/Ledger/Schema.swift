import GRDB

/// The database's tables, one migration a version. A migration that has been released is never edited: the next
/// change is a new one.
enum Schema {
  /// "HLDF" in SQLite's header, so that another program's database is never taken for a ledger.
  static let applicationID = 0x484C_4446

  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 scores") { db in
      try db.execute(sql: "PRAGMA application_id = \(applicationID)")
      try db.execute(sql: models)
      try db.execute(sql: requests)
      try db.execute(sql: runs)
      try db.execute(sql: verdicts)
    }
    migrator.registerMigration("2 trainings") { db in
      try db.execute(sql: trainings)
    }
    migrator.registerMigration("3 gates") { db in
      try db.execute(sql: gates)
    }
    migrator.registerMigration("4 checksums") { db in
      // A row that is gone has no checksum: the gate says how many of its verdicts there are.
      try db.execute(sql: "ALTER TABLE gates ADD COLUMN verdict_count INTEGER NOT NULL DEFAULT 0")
      try db.execute(
        sql: "UPDATE gates SET verdict_count = (SELECT COUNT(*) FROM gate_verdicts WHERE gate_id = gates.id)")
      for table in Table.allCases where table != .servers {
        // Not what the row says, but a sum over it: `Table`.
        try db.execute(sql: "ALTER TABLE \(table.rawValue) ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0")
        try db.execute(sql: table.summing)
      }
    }
    migrator.registerMigration("5 servers") { db in
      try db.execute(sql: servers)
    }
    migrator.registerMigration("6 scores without logprobs") { db in
      try db.execute(sql: scoresOfTexts)
    }
    return migrator
  }

  private static let models = """
    CREATE TABLE models (
      id TEXT PRIMARY KEY NOT NULL,   -- the identity: one hash over the four below
      name TEXT NOT NULL,
      path TEXT NOT NULL,             -- where it was last seen
      weights TEXT NOT NULL,
      tokenizer TEXT NOT NULL,
      configuration TEXT NOT NULL,
      adapter TEXT,
      format TEXT NOT NULL,
      storage TEXT NOT NULL,
      first_seen TEXT NOT NULL
    ) STRICT;
    CREATE TABLE file_hashes (
      device INTEGER NOT NULL,
      inode INTEGER NOT NULL,
      size INTEGER NOT NULL,
      modified_ns INTEGER NOT NULL,
      changed_ns INTEGER NOT NULL,
      sha256 TEXT NOT NULL,
      PRIMARY KEY (device, inode)
    ) STRICT, WITHOUT ROWID;
    """

  private static let requests = """
    CREATE TABLE requests (
      id TEXT PRIMARY KEY NOT NULL,   -- SHA-256 over the four below
      context TEXT NOT NULL,
      continuation TEXT NOT NULL,
      special_tokens INTEGER NOT NULL,
      rule TEXT                       -- JSON of the exact-match rule; NULL: logprob only
    ) STRICT;
    CREATE TABLE scores (
      model_id TEXT NOT NULL REFERENCES models (id),
      request_id TEXT NOT NULL REFERENCES requests (id),
      numerics_id TEXT NOT NULL,
      logprob REAL NOT NULL,
      is_greedy INTEGER NOT NULL,
      terminator_logprob REAL,
      exact_match INTEGER,
      token_count INTEGER NOT NULL,
      tokens BLOB NOT NULL,           -- the continuation's ids, int32, little-endian
      context_tokens INTEGER NOT NULL,
      token_hash TEXT NOT NULL,
      PRIMARY KEY (model_id, request_id, numerics_id)
    ) STRICT, WITHOUT ROWID;
    """

  /// The same rows with their checksums, in a table that takes those of models that only write text.
  private static let scoresOfTexts = """
    CREATE TABLE scores_6 (
      model_id TEXT NOT NULL REFERENCES models (id),
      request_id TEXT NOT NULL REFERENCES requests (id),
      numerics_id TEXT NOT NULL,
      logprob REAL,                   -- NULL: the model only writes text
      is_greedy INTEGER,              -- NULL: the same
      terminator_logprob REAL,
      exact_match INTEGER,
      token_count INTEGER NOT NULL,
      tokens BLOB NOT NULL,           -- the continuation's ids, int32, little-endian
      context_tokens INTEGER NOT NULL,
      token_hash TEXT NOT NULL,
      checksum INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY (model_id, request_id, numerics_id)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO scores_6 (model_id, request_id, numerics_id, logprob, is_greedy, terminator_logprob, exact_match, token_count, tokens,
      context_tokens, token_hash, checksum)
    SELECT model_id, request_id, numerics_id, logprob, is_greedy, terminator_logprob, exact_match, token_count, tokens, context_tokens,
      token_hash, checksum FROM scores;
    DROP TABLE scores;
    ALTER TABLE scores_6 RENAME TO scores;
    """

  private static let servers = """
    CREATE TABLE servers (
      model_id TEXT PRIMARY KEY NOT NULL REFERENCES models (id),
      description TEXT NOT NULL,      -- JSON: what the server says of itself and of the model, and the model's fingerprint
      checksum INTEGER NOT NULL DEFAULT 0
    ) STRICT, WITHOUT ROWID;
    """

  private static let runs = """
    CREATE TABLE runs (
      id TEXT PRIMARY KEY NOT NULL,
      model_id TEXT NOT NULL REFERENCES models (id),
      suite TEXT NOT NULL,
      suite_hash TEXT NOT NULL,
      prompt_hash TEXT NOT NULL,
      numerics_id TEXT NOT NULL,
      share TEXT NOT NULL,
      draws INTEGER NOT NULL,
      started_at TEXT NOT NULL,
      finished_at TEXT,
      command TEXT NOT NULL,
      kernel TEXT NOT NULL,
      threads INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX runs_by_model ON runs (model_id, suite_hash, started_at);
    CREATE TABLE observations (
      run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
      task TEXT NOT NULL,
      family TEXT NOT NULL,
      item TEXT NOT NULL,
      block INTEGER NOT NULL,
      k INTEGER NOT NULL,
      draw INTEGER NOT NULL,
      condition TEXT NOT NULL,
      role INTEGER NOT NULL,          -- -1: the gold answer; otherwise the index of another choice
      request_id TEXT NOT NULL REFERENCES requests (id),
      PRIMARY KEY (run_id, task, draw, block, k, item, condition, role)
    ) STRICT, WITHOUT ROWID;
    """

  private static let verdicts = """
    CREATE TABLE verdicts (
      id TEXT PRIMARY KEY NOT NULL,
      run_id TEXT REFERENCES runs (id),
      model_id TEXT NOT NULL REFERENCES models (id),
      baseline_path TEXT NOT NULL,
      baseline_hash TEXT NOT NULL,
      verdict TEXT NOT NULL,
      report TEXT NOT NULL,           -- JSON
      created_at TEXT NOT NULL
    ) STRICT;
    """

  private static let trainings = """
    CREATE TABLE trainings (
      id TEXT PRIMARY KEY NOT NULL,
      recipe TEXT NOT NULL,           -- the recipe's name
      recipe_hash TEXT NOT NULL,      -- SHA-256 of the recipe's file
      recipe_text TEXT NOT NULL,
      base TEXT NOT NULL,
      seed TEXT NOT NULL,             -- decimal: it has 64 bits without a sign, SQLite's integers have one
      out_folder TEXT NOT NULL,
      labels TEXT NOT NULL,           -- JSON array of strings
      steps_planned INTEGER NOT NULL,
      command TEXT NOT NULL,
      started_at TEXT NOT NULL,
      finished_at TEXT
    ) STRICT;
    CREATE INDEX trainings_by_folder ON trainings (out_folder, recipe_hash, seed, started_at);
    CREATE TABLE training_steps (
      training_id TEXT NOT NULL REFERENCES trainings (id) ON DELETE CASCADE,
      step INTEGER NOT NULL,
      loss REAL NOT NULL,
      preservation REAL,              -- NULL: the recipe has no such term
      learning_rate REAL NOT NULL,
      gradient_norm REAL NOT NULL,
      tokens_per_second REAL NOT NULL,
      target_accuracy REAL,           -- NULL: not evaluated after this step
      leak_mass REAL,                 -- NULL: not measured after this step
      PRIMARY KEY (training_id, step)
    ) STRICT, WITHOUT ROWID;
    """

  private static let gates = """
    CREATE TABLE gates (
      id TEXT PRIMARY KEY NOT NULL,
      header TEXT NOT NULL,           -- JSON: how it was run, as report.json has it
      left_out TEXT NOT NULL,         -- JSON: items that are in the fine-tuning data, by task
      created_at TEXT NOT NULL
    ) STRICT;
    CREATE TABLE gate_verdicts (
      gate_id TEXT NOT NULL REFERENCES gates (id) ON DELETE CASCADE,
      position INTEGER NOT NULL,      -- in the order of the candidates
      verdict_id TEXT NOT NULL REFERENCES verdicts (id),
      PRIMARY KEY (gate_id, position)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE answers (
      model_id TEXT NOT NULL REFERENCES models (id),
      request_id TEXT NOT NULL REFERENCES requests (id),
      numerics_id TEXT NOT NULL,
      text TEXT NOT NULL,             -- what the model answers greedily, up to the request's stop
      PRIMARY KEY (model_id, request_id, numerics_id)
    ) STRICT, WITHOUT ROWID;
    """
}
