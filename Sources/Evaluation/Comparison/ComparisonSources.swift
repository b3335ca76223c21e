import Checkpoints
import Diagnostics
import Foundation
import Gating
import Ledger
import Suites

/// Finds what `holdfast compare` is given: runs by their ids, baseline files, and models.
///
/// A model stands for its newest finished run of the same questions. It is known by its content where it is there, so that a file
/// that was overwritten is never taken for what it was; no model is loaded, and nothing is asked.
package struct ComparisonSources {
  /// nil where only baselines are compared.
  private let ledger: Ledger?
  private let path: (String) -> String?
  private let base: (String) throws -> Checkpoint
  /// What models are compared on; nil where runs, baselines or the models' own runs say it.
  private let questions: Asked?

  /// - Parameters:
  ///   - path: where a model of this name or path is; nil where nothing is.
  ///   - base: the model that the adapter at a path is on.
  package init(
    ledger: Ledger?, path: @escaping (String) -> String?, base: @escaping (String) throws -> Checkpoint,
    questions: Asked? = nil
  ) {
    self.ledger = ledger
    self.path = path
    self.base = base
    self.questions = questions
  }

  /// Whether a text names a baseline: a file that ends in ".json".
  package static func isBaseline(_ name: String) -> Bool { name.lowercased().hasSuffix(".json") }

  /// Whether anything that is named can only be in a ledger: with nothing but baselines, none is needed.
  package static func needLedger(_ sides: [String]) -> Bool {
    sides.flatMap { Named($0).members }.contains { !isBaseline($0) }
  }

  /// The sides of a comparison, in the order given.
  ///
  /// The first run or baseline says which questions models are compared on. Where all are models, they are those of the first one's
  /// newest run that has its like of every other one.
  ///
  /// - Throws: `InputError` for what is not there, cannot be read, was not asked, or may mean several models.
  package func sides(_ names: [String]) throws -> [ComparisonSide] {
    let named = try names.map { name in
      // A model's name may have such a sign.
      try ledger?.models(called: name).isEmpty == false ? Named(whole: name) : Named(name)
    }
    let found = try named.map { try $0.members.map(find) }
    let questions = self.questions ?? asked(found.flatMap { $0 })
    return try zip(named, found).map { side, found in
      let runs = try zip(side.members, found).map { try run($0, $1, questions) }
      guard let recipe = side.recipe else { return ComparisonSide(runs[0]) }
      return try ComparisonSide(recipe: recipe, source: side.source, runs: runs)
    }
  }

  private func run(_ name: String, _ found: Found, _ questions: Asked?) throws -> ComparisonRun {
    switch found {
    case .baseline(let baseline): ComparisonRun(baseline, file: name)
    case .run(let run, let ledger): try scored(run, name: name, in: ledger)
    case .model(let runs, let ledger):
      try scored(try newest(of: runs, asked: questions, name: name, in: ledger), name: name, in: ledger)
    }
  }

  /// A side as it was typed: RUN, or RECIPE=RUN,RUN for the runs of a recipe under several training seeds.
  private struct Named {
    let source: String
    let recipe: String?
    let members: [String]

    init(whole text: String) {
      source = text
      recipe = nil
      members = [text]
    }

    init(_ text: String) {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      // A file may have such a name.
      let isRecipe =
        parts.count == 2 && !parts[0].isEmpty && !parts[0].contains("/")
        && !FileManager.default.fileExists(atPath: text)
      source = text
      recipe = isRecipe ? parts[0] : nil
      members =
        isRecipe ? parts[1].split(separator: ",", omittingEmptySubsequences: false).map(String.init) : [text]
    }
  }

  private enum Found {
    case baseline(Baseline)
    case run(Run, Ledger)
    /// Finished runs, newest first; of several models where they share a name.
    case model([Run], Ledger)

    var runs: [Run]? { if case .model(let runs, _) = self { runs } else { nil } }

    /// What fixes the questions; nil of a model.
    var asked: Asked? {
      switch self {
      case .baseline(let baseline): Asked(baseline)
      case .run(let run, _): Asked(run)
      case .model: nil
      }
    }
  }

  /// Which questions were asked.
  package struct Asked: Hashable {
    /// The suite's name, for messages.
    let suite: String
    let suiteHash: String
    let promptHash: String

    package init(_ suite: Suite, draws: Int) throws {
      self.suite = suite.name
      suiteHash = suite.hash
      promptHash = try suite.promptHash(draws: draws)
    }

    init(_ run: Run) {
      suite = run.plan.suite
      suiteHash = run.plan.suiteHash
      promptHash = run.plan.promptHash
    }

    init(_ baseline: Baseline) {
      suite = baseline.run.suite.name
      suiteHash = baseline.run.suite.hash
      promptHash = baseline.run.suite.promptHash
    }
  }

  private func find(_ name: String) throws -> Found {
    if Self.isBaseline(name) { return .baseline(try Baseline.load(name)) }
    guard let ledger else {
      throw InputError(name, "is no baseline file", remedy: "name a ledger, or a file that ends in .json")
    }
    if let run = try ledger.run(name) { return .run(run, ledger) }
    let runs = try models(called: name, in: ledger).flatMap { model in try ledger.finishedRuns(ofModel: model) }
    return .model(runs.sorted { ($0.startedAt, $0.id) > ($1.startedAt, $1.id) }, ledger)
  }

  private func models(called name: String, in ledger: Ledger) throws -> [String] {
    if let file = path(name) {
      let subject = try Subject(path: file, base: try base(file), hashes: LedgerHashCache.forProcess(ledger))
      return [subject.identity.id]
    }
    let known = try ledger.models(called: name)
    guard !known.isEmpty else {
      throw InputError(
        name, "is no run or model that \(ledger.path) knows, no baseline file and no model's path",
        remedy: "'holdfast runs' lists ids and names")
    }
    return known
  }

  private func asked(_ found: [Found]) -> Asked? {
    if let fixed = found.lazy.compactMap(\.asked).first { return fixed }
    let ofModels = found.compactMap(\.runs)
    let ofFirst = (ofModels.first ?? []).map(Asked.init)
    let common = ofFirst.first { asked in
      ofModels.allSatisfy { runs in runs.contains { run in Asked(run) == asked } }
    }
    return common ?? ofFirst.first
  }

  /// The newest of a model's runs of these questions.
  private func newest(of runs: [Run], asked: Asked?, name: String, in ledger: Ledger) throws -> Run {
    // One a model, where several have the name.
    var fitting: [Run] = []
    for run in runs where Asked(run) == asked && !fitting.contains(where: { $0.plan.model == run.plan.model }) {
      fitting.append(run)
    }
    guard let run = fitting.first else {
      let model = path(name) == nil ? "PATH" : name
      let questions = asked.map { " on the questions of suite '\($0.suite)'" } ?? ""
      let command = asked.map { "'holdfast run --model \(model) --suite FOLDER' with the folder of '\($0.suite)'" }
      throw InputError(
        name, "\(ledger.path) has no finished run of it\(questions)",
        remedy: "make one: \(command ?? "'holdfast run --model \(model)'")")
    }
    guard fitting.count == 1 else {
      throw InputError(
        name, "may mean \(fitting.count) models, with the runs \(fitting.map(\.id).joined(separator: ", "))",
        remedy: "give one of these ids")
    }
    return run
  }

  private func scored(_ run: Run, name: String, in ledger: Ledger) throws -> ComparisonRun {
    guard let model = try ledger.model(run.plan.model) else {
      throw InputError(ledger.path, field: run.id, "its model is not there", remedy: "restore a copy of the ledger")
    }
    let scores = try ledger.itemScores(run).filter { $0.condition == .gold }
    guard !scores.isEmpty else {
      throw InputError(
        name, "its run \(run.id) has no scores with gold demonstrations yet",
        remedy: "finish it, or choose another from 'holdfast runs'")
    }
    let tasks = try ledger.askedTasks(run)
    return ComparisonRun(
      ComparedModel(
        source: name, run: run.id, isFinished: run.finishedAt != nil,
        model: ModelDescription(
          name: model.name, weights: model.weights, adapter: model.adapter, tokenizer: model.tokenizer,
          configuration: model.configuration, storage: model.storage),
        suite: AskedSuite(name: run.plan.suite, hash: run.plan.suiteHash, promptHash: run.plan.promptHash),
        share: run.plan.share, draws: run.plan.draws, numerics: run.plan.numerics),
      scoring: scoringVersion(in: run.plan.numerics), scores: scores, families: tasks.mapValues(\.family),
      tokens: .byRequest(tasks.mapValues(\.tokenHashes)))
  }

  /// The 1 of "holdfast-fp32-2, scoring 1" (`EngineScorer.numericsID`); nil of a scorer that says it otherwise.
  private func scoringVersion(in numerics: String) -> Int? {
    let parts = numerics.components(separatedBy: ", scoring ")
    return parts.count == 2 ? Int(parts[1]) : nil
  }
}
