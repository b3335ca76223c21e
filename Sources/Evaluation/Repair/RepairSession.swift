import Checkpoints
import Diagnostics
import Foundation
import Gating
import Ledger
import Reading
import Scoring
import Suites

/// A repair from a candidate that does not pass to a checkpoint that does: how much of the fine-tuning can be kept?
///
/// The share is searched on a part of every task's blocks and confirmed on the others, so that it does not fit the items that it was
/// chosen by.
package struct RepairSession {
  /// What a repair tells while it runs.
  package enum Event: Sendable {
    /// What is worth a word of base and candidate as they were opened.
    case note(String)
    /// What is asked next.
    case asking(String)
    case progress(ScoringProgress)
    /// So many models of a ranking of cells were asked.
    case ranked(Int, of: Int)
    /// A share was tried on the search's blocks.
    case tried(RepairPoint)
    /// A share was judged on the confirmation's blocks.
    case confirmed(RepairPoint)
  }

  let base: Subject
  let candidate: Subject
  let weakened: any WeakenedCandidate
  private let record: TrainingRecord?
  let scoring: RepairScoring
  let setting: RepairSetting
  private let hashes: any FileHashCache
  private let out: String
  /// Whether cells are put back, rather than a share of everything.
  let isByCell: Bool

  /// Opens and checks everything; nothing is asked or written yet.
  ///
  /// - Parameters:
  ///   - base: the path of the model that the candidate was tuned from.
  ///   - candidate: the path of a whole checkpoint, or of an adapter on the base.
  ///   - out: the folder to make.
  ///   - isByCell: whether cells are put back, rather than a share of everything.
  /// - Throws: `InputError` for what cannot be opened, does not fit the base, or a folder that is in use; `NotGateable` where the base is
  ///   not the baseline's, or the search's blocks are too few for a verdict.
  package init(
    _ setting: RepairSetting, base: String, candidate: String, test: TargetTest, out: String, ledger: Ledger,
    isByCell: Bool = false
  ) throws {
    try StagedFolder.requireUnused(out)
    hashes = LedgerHashCache.forProcess(ledger)
    self.base = try Subject(path: base, base: try Checkpoint.open(base), hashes: hashes)
    let checkpoint = self.base.checkpoint
    let opened = try Subject(path: candidate, base: checkpoint, hashes: hashes)
    self.candidate = opened
    if let adapter = opened.adapter {
      weakened = try AdapterScaling(adapter)
      if isByCell { try AdapterCells.check(adapter) }
    } else {
      weakened = try WeightInterpolation(base: checkpoint, tuned: opened.checkpoint)
    }
    record = try TrainingRecord.read(fromCheckpoint: candidate)
    scoring = RepairScoring(
      setting: setting, test: test, ledger: ledger,
      related: relatedTasks(of: setting.suite, labels: setting.fineTuningLabels + (record?.labels ?? [])))
    self.setting = setting
    self.out = out
    self.isByCell = isByCell
    // Hours are not spent on what cannot end well.
    _ = try test.samples(for: checkpoint)
    _ = try test.samples(for: opened.checkpoint)
    try self.base.demandModel(of: setting.baseline)
    try Verdict.demandEnough(
      setting.baseline, share: setting.share, policy: setting.policy, related: scoring.related,
      contaminated: setting.contaminated)
    guard !setting.policy.looksAtLeaks else {
      throw NotGateable(
        "repair does not ask for leak mass; turn max_leak_mass off for it, and gate what it writes with the rule on")
    }
  }

  /// Searches, confirms and writes.
  ///
  /// - Throws: `InputError` for what cannot be asked or written; `NotGateable` where the candidate is not comparable with the baseline.
  package func run(report: @escaping (Event) -> Void) throws -> RepairResult {
    for line in base.notes + candidate.notes { report(.note(line)) }
    let confirmsOn: RepairBlocks = scoring.isJudgeable(.others) ? .others : .all
    report(.asking("\(candidate.name) as it is"))
    let answers = try scoring.ask(candidate, share: .all) { report(.progress($0)) }
    let verdict = try scoring.verdict(answers, on: .all)
    var findings = RepairFindings(
      confirmsOn: confirmsOn, candidateVerdict: verdict,
      base: try scoring.basePoint(base.checkpoint, on: confirmsOn),
      candidate: try scoring.point(answers, share: .whole, on: confirmsOn))
    if verdict.outcome == .pass { return try result(findings) }

    let parent = URL(fileURLWithPath: out).standardizedFileURL.deletingLastPathComponent().path
    let hadParent = FileManager.default.fileExists(atPath: parent)
    do {
      try StagedFolder.write(to: out) { folder in
        try find(&findings, in: folder, report)
        guard let written = findings.written else { throw NothingToWrite() }
        try fill(folder, findings.way ?? weakened, written.share, id: findings.writtenID)
        try write(try result(findings), into: folder)
      }
    } catch is NothingToWrite {
      // Goes only where it is empty.
      if !hadParent { rmdir(parent) }
    }
    return try result(findings)
  }

  /// What the staged folder is given up for.
  private struct NothingToWrite: Error {}

  private func find(
    _ findings: inout RepairFindings, in folder: URL, _ report: @escaping (Event) -> Void
  ) throws {
    let plain = try search(weakened, in: folder, report)
    let ranked = isByCell ? try rankedCells(report) : nil
    let way: any WeakenedCandidate = try ranked.map { try restoration($0.order) } ?? weakened
    let search = ranked == nil ? plain : try search(way, in: folder, report)
    findings.way = way
    findings.trials = search.trials
    findings.isMonotone = search.isMonotone
    for trial in search.toConfirm(by: { $0.target?.accuracy ?? 0 }) {
      let (point, all, id) = try confirm(trial.share, of: way, on: findings.confirmsOn, in: folder, report)
      findings.add(point, onAll: all, id: id)
      if !point.passes { break }
    }
    guard let ranked else { return }
    let searched = search.trials.first { $0.share == findings.written?.share }
    findings.comparison = try comparison(
      ranked, findings, plain: plain.trials, searched: searched
    ) { try confirm($0, of: weakened, on: findings.confirmsOn, in: folder, report).point }
  }

  private func search(
    _ way: any WeakenedCandidate, in folder: URL, _ report: @escaping (Event) -> Void
  ) throws -> ShareSearch<RepairPoint> {
    try ShareSearch(parts: way.parts) { share in
      let trial = try ask(share, of: way, setting.share, in: folder, report) {
        try scoring.point($0, share: share, on: .search)
      }
      report(.tried(trial))
      return trial
    }
  }

  private func confirm(
    _ share: GridShare, of way: any WeakenedCandidate, on blocks: RepairBlocks, in folder: URL,
    _ report: @escaping (Event) -> Void
  ) throws -> (point: RepairPoint, onAll: Verdict, id: String) {
    let found = try ask(share, of: way, .all, in: folder, report) { answers in
      (
        try scoring.point(answers, share: share, on: blocks), try scoring.verdict(answers, on: .all),
        answers.subject.identity.id
      )
    }
    report(.confirmed(found.0))
    return found
  }

  /// Writes a share of the fine-tuning to a folder that goes away again, and asks it.
  private func ask<Found>(
    _ share: GridShare, of way: any WeakenedCandidate, _ blocks: Share, in folder: URL,
    _ report: @escaping (Event) -> Void,
    _ judge: (RepairScoring.Answers) throws -> Found
  ) throws -> Found {
    let name = "\(candidate.name) \(way.symbol)=\(share)"
    report(.asking(name))
    let trial = folder.appendingPathComponent("trial", isDirectory: true)
    do { try FileManager.default.createDirectory(at: trial, withIntermediateDirectories: false) } catch {
      throw InputError(
        trial.path, "cannot be made (\(systemWords(error)))",
        remedy: "check the folder and the room on its disk")
    }
    defer { try? FileManager.default.removeItem(at: trial) }
    try write(share, of: way, into: trial)
    let subject = try Subject(path: trial.path, name: name, base: base.checkpoint, hashes: hashes)
    return try judge(try scoring.ask(subject, share: blocks) { report(.progress($0)) })
  }

  /// What lies between base and candidate, as long as both are what they were.
  private func write(_ share: GridShare, of way: any WeakenedCandidate, into folder: URL) throws {
    try (base.files + candidate.files).whileUnchanged { try way.write(share, into: folder) }
  }

  /// Writes what was confirmed to where it stays, and tells the ledger of its place.
  private func fill(_ folder: URL, _ way: any WeakenedCandidate, _ share: GridShare, id: String?) throws {
    try write(share, of: way, into: folder)
    // The gate leaves out the same tasks for it as for the candidate.
    try record?.write(into: folder)
    let written = try Subject(path: folder.path, base: base.checkpoint, hashes: hashes)
    guard written.identity.id == id else {
      throw InputError(
        out, "is not the model that was confirmed: a file changed meanwhile", remedy: "run the repair again")
    }
    let known = written.record
    try scoring.ledger.register(
      ModelRecord(
        id: known.id, name: Subject.shortName(out), path: out, weights: known.weights, tokenizer: known.tokenizer,
        configuration: known.configuration, adapter: known.adapter, format: known.format, storage: known.storage))
  }

  private func write(_ result: RepairResult, into folder: URL) throws {
    try StagedFolder.write(try result.json(), as: RepairResult.fileName, in: folder)
  }

  private func result(_ findings: RepairFindings) throws -> RepairResult {
    let written = findings.written
    let way = findings.way ?? weakened
    return RepairResult(
      ending: findings.ending, symbol: way.symbol, method: way.method, basePath: base.path,
      candidatePath: candidate.path, testData: scoring.test.data.path, searchShare: setting.share.description,
      searchBlocks: try scoring.blockCount(.search), confirmsOnOthers: findings.confirmsOn == .others,
      confirmationBlocks: try scoring.blockCount(findings.confirmsOn),
      candidateVerdict: findings.candidateVerdict.sentence, base: findings.base, candidate: findings.candidate,
      trials: findings.trials, confirmations: findings.confirmations, repaired: written,
      repairedOnAll: findings.writtenOnAll?.sentence, out: written == nil ? nil : out, notes: findings.notes,
      byCell: findings.comparison)
  }
}
