import Foundation
import Suites

/// What a team agrees on, in `holdfast.yaml`: paths are absolute here, whatever the file says relative to its own folder.
package struct Configuration: Sendable, Hashable {
  /// The file that it was read from.
  package let file: String
  /// The base model: a path where the file gives one, otherwise a catalogue name.
  package let base: ModelReference
  /// The candidate that is gated where none is named: a served model; nil where the file names none.
  package let candidate: ServedReference?
  /// The file with the key of servers; nil where the environment has it, or none is needed.
  package let keyFile: String?
  /// The committed baseline file, which `baseline save` writes.
  package let baseline: String
  /// The same where it is there, else the one of its name that is shipped with the program.
  package let baselineToRead: String
  /// Suite folders; shipped ones where no other is there.
  package let suites: [String]
  /// The SQLite database of scores.
  package let ledger: String
  /// Where `fetch` puts models.
  package let models: String
  /// Where reports go.
  package let reports: String
  /// Threads to compute with; nil for one a core.
  package let threads: Int?
  package let gate: GateSettings
  /// Whether a gate asks tasks without a vote.
  package let reported: ReportedTasks
  /// The share of every task's blocks that a gate asks, and that counts as all of them: a gate of it spends all of α.
  package let share: Share
  package let fineTuning: FineTuning
  /// How questions are put.
  package let prompt: PromptForm
  /// Which chat template, and what it is told.
  package let chat: ChatChoice
}

/// What candidates were fine-tuned on, as far as the team says it; a checkpoint's own record adds to it.
package struct FineTuning: Sendable, Hashable {
  /// The task's labels; empty where they are not given, or answers are free.
  package let labels: [String]
  /// The data files, absolute; nothing has looked yet whether they are there.
  package let data: [String]
  /// What adapters say that they were trained on, where that is another model than the base, and the team knows it: a 4-bit copy, say.
  package let base: String?

  package init(labels: [String] = [], data: [String] = [], base: String? = nil) {
    self.labels = labels
    self.data = data
    self.base = base
  }
}

/// A model as a configuration names it.
package enum ModelReference: Sendable, Hashable, CustomStringConvertible {
  /// A file or folder: what has a "/" in it, or ends in `.gguf`.
  case path(String)
  /// A name of the catalogue.
  case name(String)
  /// A model that a server holds.
  case served(ServedReference)

  package var description: String {
    switch self {
    case .path(let path): path
    case .name(let name): name
    case .served(let reference): reference.address
    }
  }
}

/// A model that a server holds, as a configuration names it.
package struct ServedReference: Sendable, Hashable {
  /// `http://host:port#model`; the name may be left open.
  package let address: String
  /// A folder or .gguf file with the model's tokenizer, or `serversTokenizer`; nil for the base's, and where that has none for the files that the server was started with, if they are here.
  package let tokenizer: String?
  /// What stands there for the server's own `/tokenize`.
  package static let serversTokenizer = "server"
  /// Whether it is asked for text alone: nil where the file does not say.
  package let writes: Bool?

  package init(address: String, tokenizer: String?, writes: Bool? = nil) {
    self.address = address
    self.tokenizer = tokenizer
    self.writes = writes
  }
}
