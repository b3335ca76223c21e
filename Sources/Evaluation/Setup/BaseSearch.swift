import Checkpoints
import Gating

/// Looks for the model that a folder's candidates were fine-tuned from.
struct BaseSearch {
  let choice: Choice<ModelReference>
  /// Whether something here said which one it is.
  let isSettled: Bool
  /// Whole models that nothing marks as fine-tuned and that are not chosen.
  let otherModels: [FoundCheckpoint]
  let warnings: [String]
  /// The quantised copy of the base that candidates say they were trained on; nil where none does, or they name several.
  let trainedOn: String?

  init(_ survey: FolderSurvey, fetchable: [FetchableModel], fallback: String) {
    var named: [(reference: ModelReference, by: String, count: Int)] = []
    var warnings: [String] = []
    var copies: Set<String> = []
    for found in survey.checkpoints {
      guard let name = found.baseName else { continue }
      let copied = quantisedCopy(name)
      guard
        let reference = survey.model(called: name, fetchable) ?? copied.flatMap({ survey.model(called: $0, fetchable) })
      else {
        warnings.append(
          "\(yamlScalar(found.path)) says that it was fine-tuned from \(yamlScalar(name)), which was not found here")
        continue
      }
      if survey.model(called: name, fetchable) == nil { copies.insert(name) }
      if let index = named.firstIndex(where: { $0.reference == reference }) {
        named[index].count += 1
      } else {
        named.append((reference, found.path, 1))
      }
    }
    let models = survey.checkpoints.filter { $0.form == .model && !$0.isFineTuned }
    let references = models.map { survey.reference(to: $0, fetchable) }
    // Of several, the one that most of them name; of as many, the one that was come by first.
    if let most = named.map(\.count).max(), let first = named.first(where: { $0.count == most }) {
      choice = Choice(
        first.reference, because: "\(yamlScalar(first.by)) says that it was fine-tuned from it",
        alternatives: named.map(\.reference).filter { $0 != first.reference })
      isSettled = true
    } else if references.count == 1 {
      choice = Choice(references[0], because: "the only model found here that may be the base")
      isSettled = true
    } else {
      let reason = models.isEmpty ? "no base model was found here" : "nothing says which of the models here is the base"
      choice = Choice(
        .name(fallback), because: "\(reason), and this one can be fetched: name yours where it is another",
        alternatives: references)
      isSettled = false
    }
    let chosen = choice.value
    otherModels = zip(models, references).filter { $0.1 != chosen }.map { $0.0 }
    trainedOn = copies.count == 1 ? copies.first : nil
    self.warnings =
      warnings
      + copies.sorted().map {
        "candidates say that they were trained on \(yamlScalar($0)), a quantised copy: gate what ships, and name that as base"
      }
  }
}

extension FolderSurvey {
  /// The model that an adapter means by a name or path; nil where it is neither here nor known.
  fileprivate func model(called name: String, _ fetchable: [FetchableModel]) -> ModelReference? {
    let models = checkpoints.filter { $0.form == .model }
    if name.contains("/"), let path = relative(name), let model = models.first(where: { $0.path == path }) {
      return reference(to: model, fetchable)
    }
    let wanted = modelName(name)
    if let known = fetchable.first(where: { $0.name == wanted }) { return .name(known.name) }
    let same = models.filter { modelName(absolute($0.path)) == wanted }
    return same.count == 1 ? reference(to: same[0], fetchable) : nil
  }

  /// How a configuration names a model that is here: one that was fetched by its name, any other by its path.
  fileprivate func reference(to model: FoundCheckpoint, _ fetchable: [FetchableModel]) -> ModelReference {
    let known = fetchable.first { model.path == "\(ConfigurationDraft.modelsFolder)/\($0.file)" }
    return known.map { ModelReference.name($0.name) } ?? ModelReference.path(model.path)
  }
}
