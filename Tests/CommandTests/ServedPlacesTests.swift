import Foundation
import Testing

@Suite("Where a served model is asked, and where its tokenizer is")
struct ServedPlacesTests {
  private let model = golden("checkpoints/llama-tied")

  /// A project whose base has no tokenizer named.
  private func project(_ address: String) throws -> TemporaryFolder {
    let folder = try TemporaryFolder.project()
    try folder.writeConfiguration(base: "{server: \"\(address)\", model: base}", suite: "suite")
    return folder
  }

  @Test("a tokenizer that nobody names is that of the files that the server was started with, where they are here")
  func files() throws {
    let server = try ScriptedServer("vllm", ["--root", model])
    let folder = try project(server.address)
    let run = try holdfast("run", "--json", in: folder)
    #expect(run.status == 0, "\(run.err)")
    #expect(run.err.contains("its tokenizer is taken from \(model), the files that the server says"), "\(run.err)")
    let doctor = try holdfast("doctor", "--server", server.address, "--model", "base", in: folder)
    #expect(doctor.status == 0, "\(doctor.err)")
    // The same ids, and so the same scores, as with the tokenizer named.
    let named = try TemporaryFolder.servedProject(server)
    #expect(try holdfast("run", in: named).status == 0)
    #expect(
      try LedgerDump.rows(folder.file("ledger.sqlite")) == LedgerDump.rows(named.file("ledger.sqlite")))
  }

  @Test("a model of the hub is looked for in the cache, of an adapter the model that it is on")
  func cache() throws {
    let server = try ScriptedServer("vllm", ["--root", "some-org/a-model", "--adapter", "tuned"])
    let folder = try project("\(server.address)#tuned")
    let revision = "0123456789abcdef0123456789abcdef01234567"
    try folder.write("hf/hub/models--some-org--a-model/refs/main", revision)
    for name in ["tokenizer.json", "tokenizer_config.json", "config.json"] {
      try folder.write(
        "hf/hub/models--some-org--a-model/snapshots/\(revision)/\(name)",
        Data(contentsOf: URL(fileURLWithPath: "\(model)/\(name)")))
    }
    try folder.writeConfiguration(base: "{server: \"\(server.address)\", model: tuned}", suite: "suite")
    let home = ["HF_HOME": folder.file("hf").path]
    let run = try Running(["run", "--json"], in: folder, environment: home).finish()
    #expect(run.status == 0, "\(run.err)")
    #expect(run.err.contains("/snapshots/\(revision), the files"), "\(run.err)")
  }

  @Test("a candidate elsewhere is asked with the base's tokenizer; a damaged one is named by its file")
  func shared() throws {
    let base = try ScriptedServer("vllm", ["--root", model])
    let other = try ScriptedServer("vllm", ["--root", "/in/a/container", "--adapter", "tuned"])
    let folder = try project(base.address)
    #expect(try holdfast("baseline", "save", in: folder).status == 0)
    let gate = try holdfast("gate", "--candidate", "\(other.address)#tuned", in: folder)
    #expect(!gate.err.contains("tokenizer is not known") && gate.status != 2, "\(gate.err)")
    try folder.copy(model, as: "damaged")
    try folder.write("damaged/tokenizer.json", "{")
    let broken = try ScriptedServer("vllm", ["--root", folder.file("damaged").path])
    expectOneComplaint(try holdfast("run", in: try project(broken.address)), naming: ["damaged/tokenizer.json"])
  }

  @Test("another program's /api/version makes no Ollama of a server")
  func version() throws {
    let server = try ScriptedServer("vllm", trap: "own-version", ["--root", model])
    let run = try holdfast("run", in: try project(server.address))
    #expect(run.status == 0, "\(run.err)")
  }

  /// A tokenizer whose ids are bytes, as files.
  private func tokenizerOfBytes(in folder: TemporaryFolder) throws -> String {
    // GPT-2's letters for bytes.
    let plain = Array(33...126) + Array(161...172) + Array(174...255)
    let others = (0...255).filter { !plain.contains($0) }
    let letters = Dictionary(
      uniqueKeysWithValues: plain.map { ($0, $0) } + others.enumerated().map { ($1, 256 + $0) })
    let vocabulary = try letters.reduce(into: [String: Int]()) {
      $0[String(try #require(UnicodeScalar($1.value)))] = $1.key
    }
    let step: [String: Any] = [
      "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false,
    ]
    let file: [String: Any] = [
      "version": "1.0", "added_tokens": [Any](), "pre_tokenizer": step, "decoder": step,
      "model": ["type": "BPE", "vocab": vocabulary, "merges": [String]()] as [String: Any],
    ]
    try folder.write("bytes/tokenizer.json", try JSONSerialization.data(withJSONObject: file))
    return folder.file("bytes").path
  }

  @Test(
    "where no files are here the server's own /tokenize gives the ids: the same scores and right answers as by files",
    .enabled(if: LedgerDump.isAvailable, "no sqlite3 here"), arguments: ["vllm", "llama", "sglang"])
  func ownTokenizer(form: String) throws {
    let server = try ScriptedServer(form, ["--root", "/in/a/container", "--bytes"])
    func rows(_ folder: TemporaryFolder) throws -> [[Substring]] {
      try LedgerDump.scores(folder.file("ledger.sqlite")).map { row in
        let columns = row.split(separator: "|", omittingEmptySubsequences: false)
        // Without the model's id and the numerics', which say whose the ids are.
        return [columns[1]] + columns[3...]
      }
    }
    let own = try project(server.address)
    let run = try holdfast("run", "--json", in: own)
    #expect(run.status == 0, "\(run.err)")
    #expect(run.err.contains("no files of the tokenizer are here: ids are taken from the server's /tokenize; 20 of 20"))
    let files = try TemporaryFolder.project()
    try files.writeConfiguration(
      base: "{server: \"\(server.address)\", model: base, tokenizer: \"\(try tokenizerOfBytes(in: files))\"}",
      suite: "suite")
    let named = try holdfast("run", "--json", in: files)
    #expect(named.status == 0, "\(named.err)")
    let (found, expected) = (try rows(own), try rows(files))
    #expect(expected.count > 100 && Set(expected.map { $0[4] }).isSuperset(of: ["0", "1"]), "\(expected.prefix(3))")
    #expect(found == expected)
    let doctor = try holdfast("doctor", "--server", server.address, "--model", "base", in: own)
    #expect(doctor.out.contains("the server's /tokenize"), "\(doctor.out)")
  }

  @Test("scores by ids of the server's own tokenizer never meet those by files, and a baseline says so")
  func ownTokenizerApart() throws {
    let server = try ScriptedServer("vllm", ["--root", "/in/a/container", "--bytes", "--adapter", "tuned"])
    let own = try project(server.address)
    #expect(try holdfast("baseline", "save", in: own).status == 0)
    let gate = try holdfast("gate", "--candidate", "\(server.address)#tuned", "--json", in: own)
    #expect(gate.status != 2, "\(gate.err)")
    #expect(gate.out.contains("(ids by its own tokenizer)"), "\(gate.out.suffix(2000))")
    #expect(gate.err.contains("token ids are those of its own /tokenize"), "\(gate.err)")
    try own.writeConfiguration(
      base: "{server: \"\(server.address)\", model: base, tokenizer: \"\(try tokenizerOfBytes(in: own))\"}",
      suite: "suite")
    let other = try holdfast("gate", "--candidate", "\(server.address)#tuned", in: own)
    #expect(other.status == 3 || other.status == 2, "\(other.err)")
  }

  @Test(
    "files that are not here are named, and nothing that a server says leads elsewhere",
    arguments: ["/nowhere/model", "some-org/not-here", "../../etc", "/etc/passwd", "a/b/c", ""])
  func absent(root: String) throws {
    let server = try ScriptedServer("vllm", ["--root", root])
    let own = try project(server.address)
    let run = try Running(["run"], in: own, environment: ["HF_HOME": own.path]).finish()
    expectOneComplaint(run, naming: ["its tokenizer is not known", "answers: written"])
  }

  @Test("a proxy of the usual variables is asked, and none for hosts that no_proxy names")
  func proxy() throws {
    let server = try ScriptedServer("vllm", ["--root", model])
    let folder = try project("http://model.invalid:8000")
    let variables = ["http_proxy": server.address, "no_proxy": ""]
    let run = try Running(["run", "--json"], in: folder, environment: variables).finish()
    #expect(run.status == 0, "\(run.err)")
    let direct = try Running(
      ["run", "--server-wait", "0"], in: folder,
      environment: ["http_proxy": server.address, "no_proxy": "model.invalid"]
    ).finish()
    #expect(direct.status == 2 && direct.err.contains("cannot be reached"), "\(direct.err)")
  }
}
