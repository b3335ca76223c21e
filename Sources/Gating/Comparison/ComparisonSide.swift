import Diagnostics

/// One side of a comparison: a model, or a recipe's runs under several training seeds.
package struct ComparisonSide: Sendable {
  /// The recipe's name; nil of a model.
  let name: String?
  /// As it was named.
  let source: String
  /// At least one; several of a recipe.
  let runs: [ComparisonRun]

  package init(_ run: ComparisonRun) {
    name = nil
    source = run.facts.source
    runs = [run]
  }

  /// A recipe.
  ///
  /// - Parameter source: as it was named, for messages.
  /// - Throws: `InputError` where there are not two different models: how seeds differ is not to be learned from one.
  package init(recipe name: String, source: String, runs: [ComparisonRun]) throws {
    var seen: [ModelDescription] = []
    for run in runs {
      guard !seen.contains(where: { $0.isTheSame(as: run.facts.model) }) else {
        throw InputError(
          source, "'\(run.facts.source)' is a model that it has already",
          remedy: "name every run of the recipe once: each is to be trained under a seed of its own")
      }
      seen.append(run.facts.model)
    }
    guard runs.count > 1 else {
      throw InputError(
        source, "is a recipe of one run", remedy: "name at least two, with commas: \(name)=FIRST,SECOND")
    }
    self.name = name
    self.source = source
    self.runs = runs
  }

  var facts: ComparedSide { ComparedSide(name: name, source: source, models: runs.map(\.facts)) }

  /// - Returns: what differs without making the comparison wrong; of a recipe with the run that it is of.
  /// - Throws: `InputError` where a run was not asked what the reference was.
  func check(against reference: ComparisonRun) throws -> [Note] {
    try runs.flatMap { run in
      try run.check(against: reference).map { note in
        name == nil ? note : Note(note.severity, "\(run.facts.source): \(note.text)")
      }
    }
  }
}

extension ModelDescription {
  /// By content, whatever the two are called.
  fileprivate func isTheSame(as other: ModelDescription) -> Bool {
    (weights, adapter, configuration) == (other.weights, other.adapter, other.configuration)
  }
}
