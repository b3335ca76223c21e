import ChatTemplates
import Diagnostics
import Reading
import Suites

extension ChatSettings {
  /// What a file chose to tell a template.
  ///
  /// - Throws: `InputError` for a day that is none.
  package init(_ choice: ChatChoice, file: String) throws {
    self.init()
    for name in choice.arguments.keys.sorted() {
      guard !Self.reserved.contains(name) else {
        throw InputError(
          file, field: "chat.arguments.\(name)", "is what conversations themselves say", remedy: "leave it out")
      }
      _ = arguments.append(name, JSONValue(argument: choice.arguments[name] ?? ""))
    }
    guard let text = choice.date else { return }
    guard let day = PinnedDate(text) else {
      throw InputError(file, field: "chat.date", "'\(text)' is no day", remedy: "write it as 2026-11-27")
    }
    date = day
  }
}
