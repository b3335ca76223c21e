import ChatTemplates
import Gating
import Ledger
import Scoring
import Suites

/// A model that suites are asked of, wherever it is: opened and identified, and not yet in memory.
package protocol AskedModel: Sendable {
  /// The path or address as it was given.
  var path: String { get }
  /// What reports call it.
  var name: String { get }
  /// What the ledger knows it by.
  var id: String { get }
  /// The ledger's record of it.
  var record: ModelRecord { get }
  /// As baselines and reports describe it.
  var description: ModelDescription { get }
  /// The server that holds it; nil where it is files here.
  var server: ServerDescription? { get }
  /// What whoever judges it should know, a line each.
  var notes: [String] { get }
  /// The kernels that compute it, for the ledger; nil for this process's.
  var kernel: String? { get }

  /// Refuses files that were written to since they were opened: their scores would stand under another model's hash.
  func demandUnchanged() throws

  /// Runs what uses its files, which have to be the same at the end.
  func whileUnchanged<Value>(_ body: () throws -> Value) throws -> Value

  /// The chat templates that it comes with.
  func templates() throws -> ChatTemplateSet

  /// The default chat template that it ships; nil where there is none.
  func ownTemplate() throws -> String?

  /// A chat through the template that it ships; nil where it ships none.
  func ownChat(like chat: ChatDescription) throws -> ChatDescription?

  /// The model, ready to be asked.
  func ready(threads: Int) throws -> any ReadyModel
}

/// A model that answers.
package protocol ReadyModel {
  var scorer: any Scorer { get }
  /// What is put before a context, as `RunDescription` has it.
  var bos: String { get }
  /// What whoever asks it should know of its files and of how it reads these requests, a line each.
  func notes(on requests: [Request]) throws -> [String]
  /// As `Scoring.tokenHashes`.
  func tokenHashes(of batches: [[Request]]) throws -> [[String: String]]
  /// Writes greedy text behind the contexts of some requests, each up to so many tokens or to the end of the text; requests that cannot be
  /// encoded are left out.
  ///
  /// - Parameters:
  ///   - stops: whether a text may end where its request's stop does.
  ///   - answered: gets each text, by its request's place; texts come in any order.
  func write(
    after requests: [Request], tokens: Int, stops: Bool, answered: (Int, String) throws -> Void
  ) throws
}
