import ArgumentParser
import Catalogue
import Checkpoints
import Diagnostics
import Evaluation
import Foundation
import Gating
import Reading

/// `holdfast init`: a first configuration.
struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Writes a commented configuration after looking at what is in the folder.",
    discussion: """
      Looks through the current folder and two levels below it for models, adapters, series of checkpoints, suites, baselines and \
      fine-tuning data, and says what to do next. Links are not followed, nothing is overwritten.

      Example: holdfast init
      Example: holdfast init --print
      """)

  @Option(help: "The configuration to write.")
  var config: String = "holdfast.yaml"

  @Flag(help: "Replace a configuration that is there.")
  var force = false

  @Flag(name: .customLong("print"), help: "Write it to standard output, and what was found to standard error.")
  var prints = false

  @Option(help: "Copy a suite that is shipped with the program to suites/NAME, to be changed there; repeatable.")
  var withSuite: [String] = []

  func validate() throws {
    if prints, !withSuite.isEmpty {
      throw ValidationError("--print writes no file, and --with-suite copies one; give one")
    }
    if config.isEmpty { throw ValidationError("--config must name a file") }
  }

  func run() throws {
    if !prints { try requireFreePlace() }
    let root = FileManager.default.currentDirectoryPath
    guard !root.isEmpty else {
      throw InputError("the current folder", "is gone", remedy: "go to one that is there")
    }
    // All of them are there, and their places free, before one is copied.
    let copies = try withSuite.map { name in (name, try shippedSuite(name)) }
    for (name, source) in copies { try copySuite(name, from: source) }
    let fetchable = try Catalogue.builtIn().models.map {
      FetchableModel(name: $0.name, file: $0.file, sha256: $0.sha256)
    }
    let draft = ConfigurationDraft(
      try FolderSurvey(root), fetchable: fetchable, fallback: "smollm2-135m-instruct")
    let text = ConfigurationText(draft, prefix: prefix(from: root))
    let summary = ShownText(lines: InitSummary(draft, fetchable: fetchable, config: config).text)
    if prints {
      emitError(summary)
      try emitData(Data(text.text.utf8))
    } else {
      try write(text)
      try conclude(summary, isKept: true)
    }
  }

  /// - Throws: `InputError` where no such suite is shipped, or something is at its place already.
  private func shippedSuite(_ name: String) throws -> String {
    let shipped = ShippedFiles.own.suites
    guard let source = shipped[name] else {
      let known = shipped.keys.sorted().joined(separator: ", ")
      throw InputError(
        "--with-suite", "no suite '\(name)' is shipped with this program",
        remedy: shipped.isEmpty
          ? "it is not installed: copy a folder of suites from where it was built" : "give one of \(known)")
    }
    try StagedFolder.requireUnused("suites/\(name)", remedy: "leave --with-suite out, or move that away")
    return source
  }

  private func copySuite(_ name: String, from source: String) throws {
    let place = "suites/\(name)"
    do {
      try StagedFolder.write(to: place) { staging in
        for file in try FileManager.default.contentsOfDirectory(atPath: source).sorted() {
          try FileManager.default.copyItem(
            atPath: "\(source)/\(file)", toPath: staging.appendingPathComponent(file).path)
        }
      }
    } catch let error as InputError {
      throw error
    } catch {
      throw InputError(
        place, "cannot be written (\(systemWords(error)))", remedy: "check the folder and the room on its disk")
    }
    note("\(place): copied; after a change raise its version and save a baseline")
  }

  /// What leads from the configuration's folder to the current one.
  private func prefix(from root: String) -> String {
    let folder = URL(fileURLWithPath: config).standardizedFileURL.deletingLastPathComponent()
    if folder.path == root { return "" }
    let inside = root.hasSuffix("/") ? root : root + "/"
    // ".." from behind a link leads elsewhere.
    guard folder.path.hasPrefix(inside), folder.resolvingSymlinksInPath().path == folder.path else { return inside }
    return String(repeating: "../", count: folder.path.dropFirst(inside.count).split(separator: "/").count)
  }

  // MARK: - Writing

  private func requireFreePlace() throws {
    var status = stat()
    guard lstat(config, &status) == 0 else { return }
    guard force else { throw isThere }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw InputError(config, "is no plain file", remedy: "remove it, or name another file with --config OTHER")
    }
  }

  /// Writes under a hidden name, reads that back, and only then gives it its own.
  private func write(_ text: ConfigurationText) throws {
    let target = URL(fileURLWithPath: config)
    let draft = target.deletingLastPathComponent().appendingPathComponent(".holdfast-\(UUID().uuidString).yaml")
    defer { try? FileManager.default.removeItem(at: draft) }
    do {
      try Data(text.text.utf8).write(to: draft)
    } catch {
      throw cannotBeWritten(systemWords(error))
    }
    let read: Configuration
    do { read = try Configuration.load(draft.path) } catch { throw UnfaithfulDraft(reason: "\(error)") }
    guard text.isSaid(by: read) else { throw UnfaithfulDraft(reason: "it says something else than was chosen") }
    try place(draft.path, at: target.path)
  }

  private func place(_ draft: String, at target: String) throws {
    if !force {
      // Unlike a rename, a link does not take the place of what has appeared meanwhile; some file systems know none.
      guard link(draft, target) != 0 else { return }
      let fault = errno
      if fault == EEXIST { throw isThere }
      guard fault == EPERM || fault == EOPNOTSUPP else { throw cannotBeWritten(systemWords(fault)) }
    }
    guard rename(draft, target) == 0 else { throw cannotBeWritten(systemWords(errno)) }
  }

  private var isThere: InputError {
    InputError(config, "is there already", remedy: "name another file with --config OTHER, or replace it with --force")
  }

  private func cannotBeWritten(_ reason: String) -> InputError {
    InputError(
      config, "cannot be written (\(reason))",
      remedy: "check the folder and the room on its disk, or write it elsewhere with --print")
  }
}

/// The text that was written is not what was meant: a fault of the program.
private struct UnfaithfulDraft: Error, CustomStringConvertible {
  let reason: String

  var description: String { "the configuration that init drafted does not hold: \(reason)" }
}
