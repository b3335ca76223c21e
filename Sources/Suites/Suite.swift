/// A folder of tasks that are asked together.
package struct Suite: Sendable {
  package let name: String
  package let version: Int
  /// What the draws of demonstrations are seeded with.
  package let seed: UInt64
  package let description: String
  /// Ascending by name.
  package let tasks: [TaskDefinition]
  /// The folder, for messages.
  package let path: String
  /// How it is asked as a chat; nil where it is asked as raw text.
  package let chat: ChatPrompts?

  package init(
    name: String, version: Int, seed: UInt64, description: String, tasks: [TaskDefinition], path: String,
    chat: ChatPrompts? = nil
  ) {
    self.name = name
    self.version = version
    self.seed = seed
    self.description = description
    self.tasks = tasks.sorted { $0.name < $1.name }
    self.path = path
    self.chat = chat
  }

  /// The same questions, asked as a chat, or as raw text for nil.
  package func asked(as chat: ChatPrompts?) -> Suite {
    Suite(
      name: name, version: version, seed: seed, description: description, tasks: tasks, path: path, chat: chat)
  }
}
