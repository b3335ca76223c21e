import ChatTemplates
import Checkpoints
import Gating
import Reading
import Suites

/// A model that can be fetched by name, as far as a draft must know it.
package struct FetchableModel: Sendable, Hashable {
  package let name: String
  /// Its file's name in the models folder.
  package let file: String
  /// Of that file.
  package let sha256: String

  package init(name: String, file: String, sha256: String) {
    (self.name, self.file, self.sha256) = (name, file, sha256)
  }
}

/// What a draft says under a key, why, and what else it could say.
package struct Choice<Value: Sendable & Hashable>: Sendable, Hashable {
  package let value: Value
  /// A clause for a comment and a terminal.
  package let reason: String
  package let alternatives: [Value]

  init(_ value: Value, because reason: String, alternatives: [Value] = []) {
    (self.value, self.reason, self.alternatives) = (value, reason, alternatives)
  }
}

/// A first configuration, chosen from what a survey found. Paths are the survey's.
package struct ConfigurationDraft: Sendable {
  package static let coreSuite = "suites/core"
  package static let modelsFolder = "models"

  package let survey: FolderSurvey
  package let base: Choice<ModelReference>
  package let suite: Choice<String>
  package let baseline: Choice<String>
  /// How questions are put.
  package let prompt: Choice<PromptForm>
  /// Whether the suite and the baseline that are named are there.
  package let hasSuite: Bool
  package let hasBaseline: Bool
  /// Fine-tuning labels; none where no checkpoint says its own, or where they differ.
  package let labels: Choice<[String]>
  /// Fine-tuning data; none where it is not clear which files they are.
  package let data: Choice<[String]>
  /// The quantised copy of the base that candidates say they were trained on; nil where none does, or they name several.
  package let trainedOn: String?
  /// What there is to judge.
  package let candidates: [FoundCheckpoint]
  /// What the team must know that no choice says.
  package let warnings: [String]

  /// - Parameters:
  ///   - fetchable: the catalogue.
  ///   - fallback: the name in it that stands for the base where none is found.
  package init(_ survey: FolderSurvey, fetchable: [FetchableModel], fallback: String) {
    let search = BaseSearch(survey, fetchable: fetchable, fallback: fallback)
    let (suite, hasSuite) = Self.suite(survey)
    let suiteName = survey.suites.first { $0.path == suite.value }?.name ?? "core"
    let (baseline, hasBaseline) = Self.baseline(survey, of: search.choice.value, suite: suiteName, fetchable)
    let fineTuned = survey.checkpoints.filter(\.isFineTuned)
    // Where it is not known which model is the base, none can be called a candidate.
    let others = search.isSettled ? search.otherModels : []
    self.survey = survey
    base = search.choice
    warnings = search.warnings
    trainedOn = search.trainedOn
    (self.suite, self.hasSuite) = (suite, hasSuite)
    (self.baseline, self.hasBaseline) = (baseline, hasBaseline)
    prompt = Self.prompt(survey, of: search.choice.value, baseline: hasBaseline ? baseline.value : nil)
    labels = Self.labels(survey)
    data = Self.data(survey)
    candidates = fineTuned.isEmpty ? others : fineTuned
  }

  private static func suite(_ survey: FolderSurvey) -> (Choice<String>, isThere: Bool) {
    let paths = survey.suites.map(\.path)
    let chosen = paths.first { $0 == coreSuite } ?? survey.suites.first { $0.name == "core" }?.path ?? paths.first
    guard let chosen else {
      let path = survey.absolute(coreSuite)
      if ShippedFiles.own.suite(coreSuite, at: path) != path {
        return (Choice(coreSuite, because: "the one that is shipped with the program"), true)
      }
      let reason = "no suite was found here: copy that folder from the Holdfast repository"
      return (Choice(coreSuite, because: reason), false)
    }
    let others = paths.filter { $0 != chosen }
    let reason = others.isEmpty ? "the only suite found here" : "one of \(paths.count) suites found here"
    return (Choice(chosen, because: reason, alternatives: others), true)
  }

  private static func baseline(
    _ survey: FolderSurvey, of base: ModelReference, suite: String, _ fetchable: [FetchableModel]
  ) -> (Choice<String>, isThere: Bool) {
    let name =
      switch base {
      case .name(let known): known
      case .path(let path): Subject.shortName(survey.absolute(path))
      case .served(let reference): reference.address
      }
    let known = fetchable.first { base == .name($0.name) }
    let fitting = survey.baselines.filter { found in
      guard found.suite.name == suite else { return false }
      // Hashing a model that is only a path would mean reading it whole: there, its name must do.
      return known.map { $0.sha256 == found.model.weights } ?? (found.model.name == name)
    }
    let others = survey.baselines.map(\.path)
    if let first = fitting.first {
      let reason = "its scores are those of \(yamlScalar(first.model.name)) on \(yamlScalar(suite))"
      return (Choice(first.path, because: reason, alternatives: others.filter { $0 != first.path }), true)
    }
    let shipped = "baselines/\(fileName(name)).\(fileName(suite)).json"
    let place = survey.absolute(shipped)
    if known != nil, others.isEmpty, ShippedFiles.own.baseline(shipped, at: place) != place {
      return (Choice(shipped, because: "the one that is shipped with the program"), true)
    }
    let path = survey.unusedPath("baselines/\(fileName(name)).\(fileName(suite))", ending: ".json")
    return (Choice(path, because: "still to be saved", alternatives: others), false)
  }

  /// As the baseline was asked; where there is none yet, an instruct model as it ships.
  private static func prompt(
    _ survey: FolderSurvey, of base: ModelReference, baseline: String?
  ) -> Choice<PromptForm> {
    if let found = survey.baselines.first(where: { $0.path == baseline }) {
      return Choice(found.form, because: "as the baseline was asked; another form takes another baseline")
    }
    guard case .path(let path) = base, let checkpoint = try? Checkpoint.open(survey.absolute(path)),
      let set = try? ChatTemplateSet(of: checkpoint)
    else { return Choice(.raw, because: "it is not known here whether the base has a chat template") }
    if set.entries.first?.name == "default" {
      return Choice(
        .chat, because: "the base has a chat template: an instruct model is judged as it ships", alternatives: [.raw])
    }
    return Choice(.raw, because: "the base has no chat template")
  }

  /// A name without what would have to be quoted.
  private static func fileName(_ text: String) -> String {
    let others = "0123456789._-".unicodeScalars
    let scalars = text.unicodeScalars.map { scalar -> Unicode.Scalar in
      let isKept = scalar.properties.isAlphabetic || others.contains(scalar)
      return isKept ? scalar : "-"
    }
    let name = String(String.UnicodeScalarView(scalars)).drop { $0 == "-" || $0 == "." }
    return name.isEmpty ? "unnamed" : String(name)
  }

  private static func labels(_ survey: FolderSurvey) -> Choice<[String]> {
    var said: [(labels: [String], path: String)] = []
    for found in survey.checkpoints {
      guard let labels = found.record?.labels, !labels.isEmpty, !said.contains(where: { $0.labels == labels }) else {
        continue
      }
      said.append((labels, found.path))
    }
    if said.isEmpty, let narrow = labelsOfData(survey) { return narrow }
    guard said.count == 1 else {
      let reason = said.isEmpty ? "no checkpoint here says its own" : "the checkpoints here have different ones"
      return Choice([], because: reason, alternatives: said.map(\.labels))
    }
    return Choice(said[0].labels, because: "as \(yamlScalar(said[0].path)) says itself")
  }

  /// The labels of the data that were chosen, where their samples have few answers.
  private static func labelsOfData(_ survey: FolderSurvey) -> Choice<[String]>? {
    let found = data(survey).value.map { (path: $0, labels: survey.dataLabels[$0]) }
    let narrow = found.compactMap { file in file.labels.map { (file.path, $0) } }
    guard let (path, first) = narrow.first, narrow.count == found.count else { return nil }
    let labels = Set(narrow.flatMap(\.1.labels)).sorted()
    return Choice(
      labels,
      because:
        "the only answers in the first \(first.samples) samples of \(yamlScalar(path)); take out what are no labels")
  }

  private static func data(_ survey: FolderSurvey) -> Choice<[String]> {
    let found = survey.data
    func choice(_ chosen: [String], _ reason: String) -> Choice<[String]> {
      Choice(chosen, because: reason, alternatives: found.filter { !chosen.contains($0) }.map { [$0] })
    }
    // Pools of few-shot prompts are checked against the suites when they are trained on.
    var recorded: [String] = []
    for source in survey.checkpoints.compactMap(\.record).flatMap(\.data) {
      guard source.role == .train || source.role == .general, let path = survey.relative(source.path),
        survey.isFile(path), !recorded.contains(path)
      else { continue }
      recorded.append(path)
    }
    if !recorded.isEmpty { return choice(recorded, "as the checkpoints here say themselves") }
    let named = found.filter { path in
      path.lowercased().split { !$0.isLetter }.contains { $0.hasPrefix("train") }
    }
    if !named.isEmpty { return choice(named, "by the name") }
    if found.count == 1 { return choice(found, "the only such file found here") }
    return choice([], found.isEmpty ? "no such file was found here" : "which of these they are is not clear")
  }
}
