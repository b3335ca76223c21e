import Foundation
import Testing

@Suite("A place that cannot be written is refused on one line")
struct BadPlaceTests {
  @Test("a read-only ledger", .enabled(if: Unprivileged.isAvailable, "root cannot give up its right to write here"))
  func readOnlyLedger() throws {
    let folder = try TemporaryFolder.project()
    #expect(try holdfast("run", "--ledger", "kept/ledger.sqlite", in: folder).status == 0)
    try folder.forbidWriting("kept/ledger.sqlite", "kept")
    defer { folder.allowWriting("kept", "kept/ledger.sqlite") }
    try expectRefusal(
      "run", "--ledger", "kept/ledger.sqlite", in: folder, wrapper: Unprivileged.wrapper,
      naming: ["kept/ledger.sqlite"])
  }

  @Test(
    "a read-only folder for the ledger, the scores and the adapter",
    .enabled(if: Unprivileged.isAvailable, "root cannot give up its right to write here"))
  func readOnlyFolder() throws {
    let folder = try TemporaryFolder.project()
    try folder.makeFolder("kept")
    try folder.forbidWriting("kept")
    defer { folder.allowWriting("kept") }
    try expectRefusal(
      "run", "--ledger", "kept/ledger.sqlite", in: folder, wrapper: Unprivileged.wrapper,
      naming: ["kept/ledger.sqlite"])
    try expectRefusal(
      "score", "--model", golden("checkpoints/llama-tied"), "--requests", "-", "--out", "kept/scores.jsonl", in: folder,
      input: oneRequest, wrapper: Unprivileged.wrapper, naming: ["kept/scores.jsonl", "Permission denied"])
    try expectRefusal(
      "perturb", "--model", golden("checkpoints/llama-tied"), "--scale", "1", "--out", "kept/noise", in: folder,
      wrapper: Unprivileged.wrapper, naming: ["kept/noise", "Permission denied"])
  }

  @Test("a ledger that is no ledger")
  func notALedger() throws {
    let folder = try TemporaryFolder.project()
    try folder.write("notes.txt", String(repeating: "not a database\n", count: 100))
    try expectRefusal("run", "--ledger", "notes.txt", in: folder, naming: ["notes.txt"])
  }

  @Test("a full disk under the ledger", .enabled(if: TinyDisk.isAvailable, "no small tmpfs can be mounted here"))
  func fullLedger() throws {
    let folder = try TemporaryFolder.project(items: 128)
    let (finished, _) = try TinyDisk.run(kibibytes: 200, ["run", "--ledger", "disk/ledger.sqlite"], in: folder)
    expectOneComplaint(finished, naming: ["disk/ledger.sqlite", "space"])
  }

  @Test("a full disk under the output", .enabled(if: TinyDisk.isAvailable, "no small tmpfs can be mounted here"))
  func fullOutput() throws {
    let folder = try TemporaryFolder()
    let (finished, left) = try TinyDisk.run(
      kibibytes: 4,
      [
        "score", "--model", golden("checkpoints/llama-tied"), "--requests", "-", "--out", "disk/scores.jsonl",
      ], in: folder, input: String(repeating: oneRequest, count: 200))
    expectOneComplaint(finished, naming: ["disk/scores.jsonl", "No space left on device"])
    #expect(left == "")
  }

  @Test("a full disk under an adapter", .enabled(if: TinyDisk.isAvailable, "no small tmpfs can be mounted here"))
  func fullAdapter() throws {
    let folder = try TemporaryFolder()
    let (finished, left) = try TinyDisk.run(
      kibibytes: 8,
      ["perturb", "--model", golden("checkpoints/llama-tied"), "--scale", "1", "--out", "disk/noise"], in: folder)
    expectOneComplaint(finished, naming: ["disk/noise", "No space left on device"])
    #expect(left == "")
  }

  @Test("a full disk under a baseline", .enabled(if: TinyDisk.isAvailable, "no small tmpfs can be mounted here"))
  func fullBaseline() throws {
    let folder = try TemporaryFolder.project()
    let (finished, left) = try TinyDisk.run(
      kibibytes: 8, ["baseline", "save", "--out", "disk/baseline.json"], in: folder)
    expectOneComplaint(finished, naming: ["disk/baseline.json", "No space left on device"])
    #expect(left == "")
  }
}

extension TemporaryFolder {
  fileprivate func forbidWriting(_ names: String...) throws {
    for name in names {
      try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: file(name).path)
    }
  }

  fileprivate func allowWriting(_ names: String...) {
    for name in names {
      try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file(name).path)
    }
  }
}

/// How to run the program so that file permissions count: root passes over them unless it gives that right up.
enum Unprivileged {
  static let wrapper = geteuid() == 0 ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] : []

  static let isAvailable: Bool = {
    guard let folder = try? TemporaryFolder(), (try? folder.write("file", "")) != nil else { return false }
    chmod(folder.file("file").path, 0o444)
    // Whether the file can be written in spite of its permissions; "" is what `sh` takes for its own name.
    return succeeds(wrapper + ["sh", "-c", "test -r \"$0\" && ! test -w \"$0\"", folder.file("file").path])
  }()
}

/// A file system of a few KiB in memory, in a mount name space of its own that ends with the process.
enum TinyDisk {
  private static let unshare = geteuid() == 0 ? ["unshare", "--mount"] : ["unshare", "--map-root-user", "--mount"]
  private static let mounting = "mount -t tmpfs -o size=\"$0\"k tmpfs disk"

  static let isAvailable: Bool = {
    guard let folder = try? TemporaryFolder(), (try? folder.makeFolder("disk")) != nil else { return false }
    return succeeds(unshare + ["sh", "-c", "cd \"$1\" && \(mounting)", "64", folder.path])
  }()

  /// Runs the program in a folder whose `disk` is small; also returns the names on it afterwards.
  static func run(
    kibibytes: Int, _ arguments: [String], in folder: TemporaryFolder, input: String = ""
  ) throws -> (Finished, left: String) {
    try folder.makeFolder("disk")
    let script = "\(mounting) && { \"$@\"; code=$?; find disk -mindepth 1 > left; exit $code; }"
    let finished = try Running(
      arguments, in: folder, input: input, wrapper: unshare + ["sh", "-c", script, "\(kibibytes)"]
    ).finish()
    return (finished, left: try folder.read("left"))
  }
}

private func succeeds(_ command: [String]) -> Bool {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = command
  process.standardOutput = FileHandle.nullDevice
  process.standardError = FileHandle.nullDevice
  guard (try? process.run()) != nil else { return false }
  process.waitUntilExit()
  return process.terminationStatus == 0
}
