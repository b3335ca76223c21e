import Foundation

/// What is shipped with the program, in the folder above the `bin` that it lies in: suites and baselines, by which a gate needs no checkout of
/// the repository. A program that was built and not installed has nothing beside it.
package struct ShippedFiles: Sendable {
  /// The folder that has `bin`; nil where the program is in no such place.
  private let folder: URL?

  /// - Parameter program: the program's own path.
  package init(program: String) {
    let url = URL(fileURLWithPath: program).resolvingSymlinksInPath()
    let parent = url.deletingLastPathComponent()
    folder = parent.lastPathComponent == "bin" ? parent.deletingLastPathComponent() : nil
  }

  /// Those of this process's program.
  package static let own = ShippedFiles(
    program: (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "")

  /// A suite by the name of its folder: where nothing is at `path`, `core` and `suites/core` mean the one that is shipped.
  ///
  /// - Parameters:
  ///   - text: as it was written.
  ///   - path: where that leads; nil for the text itself.
  package func suite(_ text: String, at path: String? = nil) -> String {
    let path = path ?? text
    return FileKind.of(path) != nil ? path : find("suites", text, ending: "") ?? path
  }

  /// A baseline by the name of its file, the same way; with or without its ending.
  package func baseline(_ text: String, at path: String? = nil) -> String {
    let path = path ?? text
    return FileKind.of(path) != nil
      ? path : find("baselines", text, ending: "") ?? find("baselines", text, ending: ".json") ?? path
  }

  /// The folders of the suites that are shipped, by their names.
  package var suites: [String: String] {
    guard let folder else { return [:] }
    let place = folder.appendingPathComponent("suites")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []
    let found = names.map { ($0, place.appendingPathComponent($0).path) }
    return Dictionary(uniqueKeysWithValues: found.filter { FileKind.of($0.1 + "/suite.yaml") == .regular })
  }

  private func find(_ inside: String, _ text: String, ending: String) -> String? {
    let named = text.hasSuffix("/") ? text.dropLast() : text[...]
    let parts = named.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard let folder, let name = parts.last, !name.isEmpty, !name.hasPrefix("."),
      parts.count == 1 || parts.count == 2 && parts[0] == inside
    else { return nil }
    let path = folder.appendingPathComponent(inside).appendingPathComponent(name + ending).path
    return FileKind.of(path) == nil ? nil : path
  }
}
