import Checkpoints
import Diagnostics
import Foundation
import Overlap
import Reading

/// What a folder holds that a configuration may name: told by names and by the first bytes of files, in the folder and two levels below.
///
/// No weights are read, no link is followed. Paths are relative to the folder; "." is the folder itself.
package struct FolderSurvey: Sendable {
  /// The folder, absolute.
  package let root: String
  /// What lies higher comes first, in every list here.
  package private(set) var checkpoints: [FoundCheckpoint] = []
  package private(set) var suites: [FoundSuite] = []
  package private(set) var baselines: [FoundBaseline] = []
  /// Files that look like fine-tuning data.
  package private(set) var data: [String] = []
  /// The few answers that all samples of such a file have, by its path.
  package private(set) var dataLabels: [String: DataLabels] = [:]
  /// What was left out, and why: one line each, safe for a terminal.
  package private(set) var remarks: [String] = []

  private var links: [String] = []
  private var headsLeft = 500
  private var entriesLeft = 20_000
  private var isCutShort = false

  private static let deepest = 2
  private static let mostEntriesOfOne = 2_000
  /// Above any record that is worth a look, and above what a baseline says before its tasks.
  private static let headSize = 1 << 16
  private static let stepPrefix = "checkpoint-"
  /// Folders of tools, whose files are nobody's data.
  private static let toolFolders: Set<String> = ["node_modules", "__pycache__"]

  /// - Parameter root: an absolute path.
  /// - Throws: `InputError` where the folder cannot be listed.
  package init(_ root: String) throws {
    self.root = root
    guard let top = FolderListing(root, most: Self.mostEntriesOfOne) else {
      throw InputError(root, "cannot be listed", remedy: "check the folder's permissions")
    }
    var queue = look(at: ".", top).map { (path: $0, depth: 1) }
    var position = 0
    while position < queue.count {
      let (path, depth) = queue[position]
      position += 1
      guard let listing = list(path) else { continue }
      let below = look(at: path, listing)
      if depth < Self.deepest { queue += below.map { (path: $0, depth: depth + 1) } }
    }
    if !links.isEmpty { remarks.append("links are not followed: \(enumeration(links, most: 5))") }
    if isCutShort { remarks.append("there is more here than init looks at; what it did not see can be named by hand") }
  }

  // MARK: - Looking

  private mutating func list(_ path: String) -> FolderListing? {
    guard entriesLeft > 0 else {
      isCutShort = true
      return nil
    }
    guard let listing = FolderListing(absolute(path), most: min(entriesLeft, Self.mostEntriesOfOne)) else {
      remarks.append("\(yamlScalar(path)): cannot be listed")
      return nil
    }
    return listing
  }

  /// Takes in what a folder is and holds; returns the folders in it that are still to be looked at.
  private mutating func look(at path: String, _ listing: FolderListing) -> [String] {
    entriesLeft -= listing.files.count + listing.folders.count + listing.links.count
    if !listing.isWhole { isCutShort = true }
    links += listing.links.map { Self.join(path, $0) }
    let isRoot = path == "."
    let isSuite = listing.files.contains("suite.yaml")
    if isSuite {
      guard isRoot else {
        let head = head(of: Self.join(path, "suite.yaml")) ?? []
        suites.append(FoundSuite(path: path, head: head))
        return []
      }
      remarks.append("this folder is a suite itself, which takes a configuration in it for a task: go one folder up")
    }
    let whole = checkpoint(path, listing)
    if let whole {
      checkpoints.append(whole)
      if !isRoot { return [] }
    }
    let steps = whole == nil ? series(at: path, listing) : []
    // A suite's items look like samples.
    if !isSuite { for name in listing.files { look(atFile: Self.join(path, name)) } }
    return listing.folders.filter { !steps.contains($0) && !Self.toolFolders.contains($0) }.map { Self.join(path, $0) }
  }

  private mutating func look(atFile path: String) {
    switch URL(fileURLWithPath: Compression.plainName(path)).pathExtension.lowercased() {
    case "gguf":
      // A model in parts is given by its first.
      if let part = GGUFPartName(URL(fileURLWithPath: path).lastPathComponent), part.number > 1 { return }
      guard firstBytes(of: absolute(path), most: 4) == Array("GGUF".utf8) else {
        remarks.append("\(yamlScalar(path)): is not a GGUF file")
        return
      }
      let isAdapter = (try? CheckpointKind.of(absolute(path))) == .adapter
      var found = FoundCheckpoint(path: path, form: isAdapter ? .adapter : .model)
      found.isFineTuned = isAdapter
      checkpoints.append(found)
    case "json", "jsonl", "ndjson", "csv", "tsv", "tab":
      guard let head = head(of: path) else { return }
      if let baseline = FoundBaseline(path: path, head: head) {
        baselines.append(baseline)
      } else if DataFormat.looksLikeSamples(path, head: head) {
        data.append(path)
        dataLabels[path] = DataLabels(path, head: head)
      }
    default: break
    }
  }

  private mutating func head(of path: String) -> [UInt8]? {
    guard headsLeft > 0 else {
      isCutShort = true
      return nil
    }
    headsLeft -= 1
    let head = firstBytes(of: absolute(path), most: Self.headSize)
    guard let bytes = head, Compression(head: bytes) != nil else { return head }
    return (try? FileSource(try InputFile(absolute(path)))).map { Array($0.buffer.prefix(Self.headSize)) }
  }

  // MARK: - Checkpoints

  /// The one checkpoint that a folder is, as `CheckpointKind` tells it.
  private mutating func checkpoint(_ path: String, _ listing: FolderListing) -> FoundCheckpoint? {
    let files = Set(listing.files)
    let hasWeights = files.contains("model.safetensors") || files.contains("model.safetensors.index.json")
    let isAdapter = files.contains("adapter_config.json")
    guard isAdapter || (hasWeights && files.contains("config.json")) else { return nil }
    if isAdapter, hasWeights {
      remarks.append("\(yamlScalar(path)): holds both a whole model and an adapter")
      return nil
    }
    var found = FoundCheckpoint(path: path, form: isAdapter ? .adapter : .model)
    let isStep = path.split(separator: "/").last?.hasPrefix(Self.stepPrefix) ?? false
    found.isFineTuned = isAdapter || isStep || !files.isDisjoint(with: FoundCheckpoint.marksOfTraining)
    do {
      if isAdapter {
        let head = head(of: Self.join(path, "adapter_config.json")) ?? []
        found.baseName = FoundCheckpoint.baseName(inHead: head)
      } else {
        _ = try ModelConfiguration(configJSON: URL(fileURLWithPath: absolute(Self.join(path, "config.json"))))
      }
      if files.contains(TrainingRecord.fileName) {
        found.record = try TrainingRecord.read(fromCheckpoint: absolute(path))
      }
    } catch let error as InputError {
      let field = error.field.map { "\($0) " } ?? ""
      remarks.append("\(yamlScalar(path)): \(shown(field, limit: InputError.valueLimit))\(error.problem)")
      // A record that is damaged says nothing; a configuration that is makes it no model.
      if !isAdapter, error.file.hasSuffix("/config.json") { return nil }
    } catch {
      remarks.append("\(yamlScalar(path)): cannot be read")
      return nil
    }
    return found
  }

  /// Takes in the `checkpoint-N` folders of a folder as one series, told by the newest that is whole; returns their names.
  private mutating func series(at path: String, _ listing: FolderListing) -> [String] {
    let steps = listing.folders.compactMap { name -> (number: Int, name: String)? in
      CheckpointSeries.step(of: name).map { ($0, name) }
    }
    let newestFirst = steps.sorted { $0.number > $1.number }.map { Self.join(path, $0.name) }
    var newest: FoundCheckpoint?
    // A trainer that was stopped while it saved leaves a folder without weights.
    for step in newestFirst where newest == nil { newest = list(step).flatMap { checkpoint(step, $0) } }
    guard let last = newest else { return [] }
    var found = FoundCheckpoint(path: path, form: .series(steps.count))
    found.isFineTuned = true
    found.baseName = last.baseName
    found.record = last.record
    checkpoints.append(found)
    return steps.map(\.name)
  }

  private static func join(_ folder: String, _ name: String) -> String { folder == "." ? name : "\(folder)/\(name)" }
}
