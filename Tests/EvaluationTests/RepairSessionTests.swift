import Checkpoints
import Diagnostics
import Evaluation
import Foundation
import Gating
import Ledger
import Suites
import Testing

@Suite("A repair of a candidate that lost too much, on a tiny model")
struct RepairSessionTests {
  let place: TinyRepair

  init() throws { place = try TinyRepair() }

  @Test("a whole checkpoint: a share that passes is searched on half of the blocks, confirmed on the rest, and written")
  func whole() throws {
    let result = try place.session(candidate: try place.candidate(), margin: 4).run { _ in }
    #expect(result.ending == .repaired, "\(result.text)")
    #expect(result.exit == .pass)
    #expect(result.symbol == "a")
    #expect(result.trials.count == 5)
    #expect(result.confirmsOnOthers)
    #expect(result.searchBlocks == 24)
    #expect(result.confirmationBlocks == 24)
    #expect(result.base.target?.samples == 8)
    #expect(result.candidateVerdict.hasPrefix("FAIL") || result.candidateVerdict.hasPrefix("INCONCLUSIVE"))
    let repaired = try #require(result.repaired)
    #expect(repaired.passes)
    #expect(repaired.share > .none && repaired.share < .whole)
    // What is written is what was confirmed, and nothing else is left.
    #expect(try place.made() == ["out"])
    let ledger = try Ledger(path: place.tiny.path("ledger.sqlite"))
    let written = try Checkpoint.open(place.tiny.path("out"))
    let id = try ModelIdentity.of(written, adapter: nil, hashes: NoHashCache()).id
    #expect(try ledger.model(id)?.path == place.tiny.path("out"))
    let said = try place.tiny.read("out/holdfast_repair.json")
    for words in [#""ending" : "repaired""#, #""few_shot""#, #""confirms_on_other_blocks" : true"#] {
      #expect(said.contains(words), "\(said)")
    }
  }

  @Test("an adapter is scaled: its folder has a smaller B and the same configuration")
  func adapter() throws {
    let candidate = place.tiny.path("candidate-adapter")
    try Perturbation(scale: 1.5, seed: 3).write(for: try Checkpoint.open(place.base), name: "tiny", to: candidate)
    let result = try place.session(candidate: candidate, margin: 0.5).run { _ in }
    #expect(result.ending == .repaired, "\(result.text)")
    #expect(result.symbol == "s")
    #expect(place.tiny.exists("out/adapter_model.safetensors"))
    #expect(!place.tiny.exists("out/model.safetensors"))
    #expect(try place.tiny.read("out/adapter_config.json") == place.tiny.read("candidate-adapter/adapter_config.json"))
  }

  @Test("by cell: parts are ranked, the fewest that pass are put back, and plain interpolation stands beside it")
  func byCell() throws {
    var announced = false
    let result = try place.session(candidate: try place.candidate(), margin: 4, isByCell: true).run { event in
      if case .note(let text) = event, text.hasPrefix("cell by cell: ") { announced = true }
    }
    #expect(announced)
    #expect(result.ending == .repaired, "\(result.text)")
    #expect(result.symbol == "c")
    let found = try #require(result.byCell)
    let repaired = try #require(result.repaired)
    let names = try Checkpoint.open(place.base).tensors.names
    #expect(repaired.share.parts == found.ranking.count)
    #expect(Set(found.ranking.map(\.name)).count == found.ranking.count)
    #expect(found.trials.count == 5 && found.trials.allSatisfy { $0.share.parts == 32 })
    let back = try #require(found.putBack)
    #expect(back.count == repaired.share.parts - repaired.share.numerator)
    #expect(back == found.ranking.prefix(back.count).map(\.name))
    // What is written has the base's bits in what was put back, and the candidate's elsewhere.
    let made = try Checkpoint.open(place.tiny.path("out"))
    let (base, tuned) = (try Checkpoint.open(place.base), try Checkpoint.open(place.tiny.path("candidate-0.6")))
    let parts = FineTuningParts(names, tuned.configuration.decoder)
    let members = (parts.cells.map(\.part) + parts.rest).filter { back.contains($0.name) }.flatMap(\.members)
    for name in names {
      let expected = members.contains(name) ? base : tuned
      #expect(made.tensors.tensor(name)?.decodeAll() == expected.tensors.tensor(name)?.decodeAll(), "\(name)")
    }
    for words in ["plain interpolation, searched on the same blocks", "put back: \(back.count) of"] {
      #expect(result.text.contains(words), "\(result.text)")
    }
    let said = try place.tiny.read("out/holdfast_repair.json")
    for words in [#""by_cell" : {"#, #""put_back""#, #""ranking""#] { #expect(said.contains(words)) }
  }

  @Test("an adapter's cells are taken out by a B of 0")
  func adapterByCell() throws {
    let candidate = place.tiny.path("candidate-adapter")
    try Perturbation(scale: 1.5, seed: 3).write(for: try Checkpoint.open(place.base), name: "tiny", to: candidate)
    let result = try place.session(candidate: candidate, margin: 6, isByCell: true).run { _ in }
    #expect(result.ending == .repaired, "\(result.text)")
    #expect(result.symbol == "c")
    #expect(try place.tiny.read("out/adapter_config.json") == place.tiny.read("candidate-adapter/adapter_config.json"))
  }

  @Test("where no number of cells passes and a share of everything does, that is said")
  func byCellNone() throws {
    let candidate = place.tiny.path("candidate-adapter")
    try Perturbation(scale: 1.5, seed: 3).write(for: try Checkpoint.open(place.base), name: "tiny", to: candidate)
    let result = try place.session(candidate: candidate, margin: 0.5, isByCell: true).run { _ in }
    #expect(result.ending == .none, "\(result.text)")
    #expect(result.byCell?.atEqualAbility == nil && result.byCell?.putBack == nil)
    #expect(result.text.contains("note: a share of plain interpolation passes: repair without --by-cell"))
  }

  @Test("a second repair asks nothing again and finds the same")
  func again() throws {
    let candidate = try place.candidate()
    let first = try place.session(candidate: candidate, margin: 4).run { _ in }
    let second = try place.session(candidate: candidate, margin: 4, out: "other").run { event in
      if case .progress(let scoring) = event { #expect(scoring.rows == 0) }
    }
    #expect(second.trials.map(\.share) == first.trials.map(\.share))
    #expect(second.trials.map(\.bound) == first.trials.map(\.bound))
    #expect(second.repaired?.share == first.repaired?.share)
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: place.tiny.path("out/model.safetensors")))
        == Data(contentsOf: URL(fileURLWithPath: place.tiny.path("other/model.safetensors"))))
  }

  @Test("a candidate that passes is left as it is, and nothing is written")
  func passes() throws {
    let result = try place.session(candidate: try place.candidate(noise: 0.01), margin: 2, out: "new/out").run { _ in }
    #expect(result.ending == .passesAlready)
    #expect(result.exit == .pass)
    #expect(result.trials.isEmpty)
    #expect(result.text.contains("a = 1"))
    #expect(try place.made().isEmpty)
  }

  @Test("where no share passes that is said, with exit code 1, and nothing is written")
  func none() throws {
    // The baseline says that the base once knew far more: whatever is put back, it is not enough.
    let session = try place.session(candidate: try place.candidate(), margin: 4, out: "new/out") { _ in 9 }
    let result = try session.run { _ in }
    #expect(result.ending == .none)
    #expect(result.exit == .regression)
    #expect(result.trials.map(\.share.numerator) == [16, 8, 4, 2, 1])
    #expect(result.confirmations.isEmpty)
    #expect(result.text.contains("no share of this fine-tuning passes"))
    #expect(try place.made().isEmpty)
  }

  @Test("what the search found and the other blocks deny is not written")
  func denied() throws {
    let result = try place.session(candidate: try place.candidate(), margin: 4) { $0 < 12 ? 0 : 9 }.run { _ in }
    #expect(result.ending == .none)
    #expect(result.confirmations.map(\.verdict) == [.fail])
    #expect(result.text.contains("blocks that the search did not use"))
    #expect(try place.made().isEmpty)
  }

  @Test("what the other blocks leave open is written and said to be unconfirmed, with exit code 3")
  func open() throws {
    let result = try place.session(candidate: try place.candidate(), margin: 4) { block in
      block < 12 ? 0 : block.isMultiple(of: 2) ? 20 : -20
    }.run { _ in }
    #expect(result.ending == .unconfirmed, "\(result.text)")
    #expect(result.exit == .undecided)
    #expect(result.confirmations.map(\.verdict) == [.inconclusive])
    #expect(result.text.contains("NOT CONFIRMED"))
    #expect(try place.made() == ["out"])
  }

  @Test("where too few blocks are left for a verdict the confirmation is on all, and that is said")
  func all() throws {
    for (share, out) in [("1", "whole"), ("3/4", "most")] {
      let result = try place.session(candidate: try place.candidate(), margin: 4, share: share, out: out).run { _ in }
      #expect(result.ending == .repaired, "\(result.text)")
      #expect(!result.confirmsOnOthers)
      #expect(result.confirmationBlocks == 48)
      #expect(result.text.contains("too few for a verdict"))
      try FileManager.default.removeItem(atPath: place.tiny.path("candidate-0.6"))
    }
  }

  @Test("a folder in use, a candidate of other shapes, an adapter for another base: refused before anything is asked")
  func refusals() throws {
    let candidate = try place.candidate()
    try place.tiny.write("used/file", "")
    try refuses(["used", "--out"]) { try place.session(candidate: candidate, margin: 1, out: "used") }
    try refuses(["llama-untied", "--base"]) {
      try place.session(candidate: TinyExperiment.golden("checkpoints/llama-untied"), margin: 1)
    }
    try refuses(["other-model"]) {
      try place.session(candidate: TinyExperiment.golden("adapters/other-model"), margin: 1)
    }
    try refuses(["is an adapter"]) {
      try place.session(candidate: candidate, base: TinyExperiment.golden("adapters/plain"), margin: 1)
    }
    #expect(try place.made() == ["used"])
  }

  @Test("test data that is empty, missing or has a bad line is refused, file and line named")
  func data() throws {
    let candidate = try place.candidate()
    try place.tiny.write("empty.jsonl", "\n")
    try place.tiny.write("bad.jsonl", #"{"prompt": "say", "completion": " yes"}"# + "\n" + #"{"prompt": "say"}"# + "\n")
    try refuses(["empty.jsonl", "empty"]) { try place.session(candidate: candidate, margin: 1, data: "empty.jsonl") }
    try refuses(["missing.jsonl"]) { try place.session(candidate: candidate, margin: 1, data: "missing.jsonl") }
    try refuses(["bad.jsonl", "line 2", "completion"]) {
      try place.session(candidate: candidate, margin: 1, data: "bad.jsonl")
    }
  }

  @Test("a base that is not the baseline's model, and a share too small for a verdict, cannot be judged: exit code 3")
  func notGateable() throws {
    let candidate = try place.candidate()
    let fault = try #require(throws: NotGateable.self) {
      try place.session(candidate: candidate, base: candidate, margin: 1)
    }
    #expect("\(fault)".contains("--base"))
    #expect(throws: NotGateable.self) { try place.session(candidate: candidate, margin: 1, share: "1/12") }
  }

  private func refuses(_ words: [String], _ body: () throws -> RepairSession) throws {
    let fault = try #require(throws: InputError.self) { _ = try body() }
    for word in words { #expect("\(fault)".contains(word), "\(fault)") }
    #expect(!"\(fault)".contains("\n"))
  }
}
