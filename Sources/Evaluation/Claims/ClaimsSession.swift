import Diagnostics
import Foundation
import Gating
import Reading
import Reporting
import Suites

/// Claims from their file to their page: reads what the experiments found, and judges.
package struct ClaimsSession {
  private let file: ClaimsFile

  package init(_ file: ClaimsFile) { self.file = file }

  /// - Throws: `InputError` for an experiment's results that cannot be read, and for an arm that no experiment has.
  package func result(command: String, createdBy: String) throws -> ClaimsResult {
    let models = try file.models.enumerated().map { index, model in
      let experiment = try naming(model.results, by: file.file, "models[\(index)].results") {
        try ExperimentResult.read(model.results)
      }
      try check(armsOf: experiment, model)
      // Over several sittings the experiment is there before a checkpoint is taken apart: a claim about that cannot be told yet.
      let isTakenApart = model.diagnosis.map { FileManager.default.fileExists(atPath: $0) } ?? false
      let profile = try model.diagnosis.flatMap { path in
        isTakenApart
          ? try naming(path, by: file.file, "models[\(index)].diagnosis") { try diagnosis(path) } : nil
      }
      return found(model, experiment, profile)
    }
    return ClaimsResult(
      title: file.title, about: file.about, command: command, createdBy: createdBy,
      generatedAt: Date().ISO8601Format(), claims: file.claims, methods: file.methods, models: models)
  }

  /// The part of report.json that says where the ability lies.
  private struct Diagnosed: Decodable {
    struct Candidate: Decodable { let diagnosis: Diagnosis? }
    struct Diagnosis: Decodable { let profile: RestorationProfile? }
    let candidates: [Candidate]
  }

  private func diagnosis(_ path: String) throws -> RestorationProfile {
    let data = try readFile(path, limit: 256 << 20)
    guard let report = try? JSONDecoder().decode(Diagnosed.self, from: data),
      let profile = report.candidates.first?.diagnosis?.profile
    else {
      throw InputError(
        path, "is no report.json of a gate with --cells", remedy: "gate a checkpoint that lost its ability with --cells"
      )
    }
    return profile
  }

  private func found(
    _ model: ClaimsFile.Model, _ experiment: ExperimentResult, _ profile: RestorationProfile?
  ) -> ClaimsResult.ModelFound {
    let main = form(PromptForm.raw.rawValue, of: experiment, model, profile) { $0.ability.tasks }
    let other = experiment.header.also.map { also in
      form(also.form, of: experiment, model, nil) { $0.also?.ability.tasks }
    }
    return ClaimsResult.ModelFound(
      model: model.name, results: fromHere(model.results), arms: model.arms.isEmpty ? nil : model.arms,
      forms: [main] + (other.map { [$0] } ?? []),
      experiment: experiment, diagnosis: profile == nil ? nil : model.diagnosis.map(fromHere), profile: profile)
  }

  private func form(
    _ name: String, of experiment: ExperimentResult, _ model: ClaimsFile.Model, _ profile: RestorationProfile?,
    tasks: (ExperimentPoint) -> [TaskLeft]?
  ) -> ClaimsResult.FormFound {
    let arms = experiment.runs.arms.map { name in
      let runs = experiment.runs.filter { $0.arm == name }
      func scored(_ runs: [ExperimentRun]) -> [[TaskLeft]] { runs.compactMap { $0.points.last.flatMap(tasks) } }
      return ClaimArm(
        name: name, runs: scored(runs.filter(\.isCompared)),
        apart: scored(runs.filter { $0.state == .finished && !$0.isCompared }),
        diverged: runs.count { $0.state == .diverged }, planned: runs.count)
    }
    let judge = ClaimJudge(arms: arms, methods: file.methods.map { $0.renaming(model.arms) }, profile: profile)
    return ClaimsResult.FormFound(
      form: name, methods: judge.chosen,
      arms: arms.filter { !$0.runs.isEmpty || !$0.apart.isEmpty || $0.diverged > 0 }.map {
        ClaimsResult.ArmCost(
          arm: $0.name, cost: CostEstimate($0.runs), apart: CostEstimate($0.apart), diverged: $0.diverged)
      },
      claims: file.claims.map { ClaimsResult.ClaimFound(parts: judge.parts($0.renaming(model.arms))) })
  }

  /// A claim about an arm that is misspelt would never be told.
  private func check(armsOf experiment: ExperimentResult, _ model: ClaimsFile.Model) throws {
    let known = Set(experiment.runs.map(\.arm))
    let claimed = file.methods.flatMap(\.arms) + file.claims.flatMap(\.arms)
    if let unused = model.arms.keys.sorted().first(where: { !claimed.contains($0) }) {
      throw InputError(
        file.file, field: "models", "\(model.name) has another name for '\(unused)', of which no claim is",
        remedy: nearestKey(to: unused, among: claimed).map { "did you mean '\($0)'?" } ?? "leave it out")
    }
    guard let unknown = claimed.map({ model.arms[$0] ?? $0 }).first(where: { !known.contains($0) }) else { return }
    throw InputError(
      file.file, "'\(unknown)' is no arm of \(model.results)",
      remedy: nearestKey(to: unknown, among: known.sorted()).map { "did you mean '\($0)'?" }
        ?? "it has \(known.sorted().joined(separator: ", "))")
  }
}
