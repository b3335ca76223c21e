import Foundation
import GRDB

/// A model as the ledger knows it: by content, never by path.
package struct ModelRecord: Sendable, Hashable {
  /// One hash over the four below: the key of its scores.
  package let id: String
  /// What people call it.
  package let name: String
  /// Where it was last seen.
  package let path: String
  /// SHA-256 of the weights.
  package let weights: String
  /// SHA-256 of the tokenizer.
  package let tokenizer: String
  /// SHA-256 of the configuration.
  package let configuration: String
  /// SHA-256 of the adapter on top; nil without one.
  package let adapter: String?
  /// `gguf` or `huggingFace`.
  package let format: String
  /// How most of the weights are stored, such as `bf16` or `q4_1`.
  package let storage: String
  /// Of a served model, its server as JSON; nil of files.
  package let server: String?

  package init(
    id: String, name: String, path: String, weights: String, tokenizer: String, configuration: String,
    adapter: String?, format: String, storage: String, server: String? = nil
  ) {
    self.id = id
    self.name = name
    self.path = path
    self.weights = weights
    self.tokenizer = tokenizer
    self.configuration = configuration
    self.adapter = adapter
    self.format = format
    self.storage = storage
    self.server = server
  }
}

extension Ledger {
  /// Makes a model known, or notes its newest name and path where it is known already. Scores and runs refer to
  /// registered models only.
  package func register(_ model: ModelRecord) throws {
    try write { db in
      try db.execute(
        sql: Table.models.insertion(
          onConflict: "ON CONFLICT (id) DO UPDATE SET name = excluded.name, path = excluded.path"),
        arguments: [
          model.id, model.weights, model.tokenizer, model.configuration, model.adapter, model.format, model.storage,
          model.name, model.path, Date(),
        ])
      guard let server = model.server else { return }
      try db.execute(
        sql: Table.servers.insertion(onConflict: "ON CONFLICT (model_id) DO NOTHING"), arguments: [model.id, server])
    }
  }

  /// The model of an id; nil where it was never registered.
  package func model(_ id: String) throws -> ModelRecord? {
    try read { db in
      let sql = "SELECT \(Table.models.columns("m")) FROM models AS m WHERE id = ?"
      return try Row.fetchOne(db, sql: sql, arguments: [id]).map(model)
    }
  }

  /// The servers of all served models, as JSON.
  package func serverRecords() throws -> [String] {
    try read { db in
      let sql = "SELECT \(Table.servers.columns("s")) FROM servers AS s ORDER BY model_id"
      return try Row.fetchAll(db, sql: sql).map { row in
        try demandIntact(row, .servers)
        return try value(row, "description", of: "servers")
      }
    }
  }

  private func model(_ row: Row) throws -> ModelRecord {
    try demandIntact(row, .models)
    return ModelRecord(
      id: try value(row, "id", of: "models"),
      name: try value(row, "name", of: "models"),
      path: try value(row, "path", of: "models"),
      weights: try value(row, "weights", of: "models"),
      tokenizer: try value(row, "tokenizer", of: "models"),
      configuration: try value(row, "configuration", of: "models"),
      adapter: try optional(row, "adapter", of: "models"),
      format: try value(row, "format", of: "models"),
      storage: try value(row, "storage", of: "models"))
  }
}
