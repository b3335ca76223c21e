import Diagnostics
import Foundation
import Reading

extension Suite {
  static let fileName = "suite.yaml"

  /// Reads a suite folder: `suite.yaml` and one YAML file a task, each with its items file.
  ///
  /// - Throws: `InputError` for the first thing that is wrong, be it the folder, a key, a line, or an item that could
  ///   not be asked or judged (an `error` of `findings(in:)`).
  package static func load(_ folder: String) throws -> Suite {
    let suite = try header(folder).suite(try taskFiles(folder).map { try TaskDefinition.read($0) })
    for task in suite.tasks {
      if let fault = task.faults().first { throw fault.error }
    }
    return suite
  }

  /// Everything that is wrong or doubtful about a suite folder, without a model: unreadable files, items that could
  /// not be asked or judged, prompts that are not what the template says (errors), and what makes evidence weak
  /// (warnings). Empty for a sound suite.
  package static func findings(in folder: String) -> [Finding] {
    do {
      let header = try header(folder)
      var findings: [Finding] = []
      for file in try taskFiles(folder) {
        do {
          let task = try TaskDefinition.read(file)
          let faults = task.faults()
          findings += faults + task.doubts()
          // Only a task without faults can be rendered as it is meant.
          if faults.isEmpty { findings += try header.suite([task]).renderingFaults() }
        } catch let error as InputError {
          findings.append(
            Finding(error: error, task: URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent))
        }
      }
      return findings
    } catch let error as InputError {
      return [Finding(error: error, task: nil)]
    } catch {
      return [
        Finding(
          error: InputError(folder, "cannot be read (\(systemWords(error)))", remedy: "check the folder"), task: nil)
      ]
    }
  }

  private struct Header {
    let name: String
    let version: Int
    let seed: UInt64
    let description: String
    let path: String

    func suite(_ tasks: [TaskDefinition]) -> Suite {
      Suite(name: name, version: version, seed: seed, description: description, tasks: tasks, path: path)
    }
  }

  private static func header(_ folder: String) throws -> Header {
    let kind = FileKind.of(folder)
    guard kind == .folder else {
      throw InputError(
        folder, "no such suite folder" + (kind.map { ": \($0.statement)" } ?? ""),
        remedy: "give a folder that holds suite.yaml and task files")
    }
    let file = path(folder, fileName)
    let fields = try YAMLMapping(file: file, known: ["suite", "version", "seed", "description", "chat"])
    // Suites are raw text; the key is reserved so that a suite written for a later version fails here and not in its
    // scores.
    if let chat = try fields.text("chat"), chat != "none" {
      throw fields.error("chat", "'\(chat)' is not available yet", remedy: "write chat: none")
    }
    let name = try fields.required("suite", try fields.text("suite"))
    guard isSlug(name) else {
      throw fields.error(
        "suite", "'\(name)' is not a name", remedy: "use lower-case letters, digits and hyphens")
    }
    return Header(
      name: name,
      version: try fields.required("version", try fields.integer("version", in: 1...1_000_000)),
      seed: try fields.required("seed", try fields.unsigned("seed")),
      description: try fields.text("description", mayBeEmpty: true) ?? "",
      path: folder)
  }

  /// The folder's task files, ascending by name.
  private static func taskFiles(_ folder: String) throws -> [String] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasPrefix(".") }.sorted()
    } catch {
      throw InputError(folder, "the folder cannot be read", remedy: "check its permissions")
    }
    if let stray = names.first(where: { $0.hasSuffix(".yml") }) {
      throw InputError(path(folder, stray), "would not be read", remedy: "rename it to end in .yaml")
    }
    let tasks = names.filter { $0.hasSuffix(".yaml") && $0 != fileName }
    guard !tasks.isEmpty else {
      throw InputError(folder, "the suite has no task", remedy: "add a task's .yaml file and its items file")
    }
    return tasks.map { path(folder, $0) }
  }

  private static func path(_ folder: String, _ name: String) -> String {
    folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
  }
}

/// Whether a name is made of lower-case ASCII letters, digits and hyphens, and is not empty.
func isSlug(_ name: String) -> Bool {
  !name.isEmpty
    && name.utf8.allSatisfy {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        || $0 == UInt8(ascii: "-")
    }
}
