import Checkpoints
import Foundation
import Reading

/// What a run was made from, by content.
package struct TrainingSources: Sendable {
  /// SHA-256 of the recipe's file.
  package let recipeHash: String
  package let recipeText: String
  /// Every file that the run reads, with its hash and part.
  package let data: [TrainingRecord.DataSource]

  /// - Parameter stamps: of the recipe's files, from before they were read.
  /// - Throws: `InputError` for a file that can no longer be read, or is another one than was read.
  init(
    _ recipe: Recipe, fewShotPool: FewShotPool?, preservationPool: FewShotPool?, stamps: [String: FileStamp]
  ) throws {
    var stamps = stamps
    for task in [fewShotPool, preservationPool].compactMap(\.?.tasks).joined() { stamps[task.path] = task.stamp }
    func open(_ path: String) throws -> MappedFile {
      let file = try MappedFile(URL(fileURLWithPath: path))
      if let stamp = stamps[path] { try file.demandUnchanged(since: stamp) }
      return file
    }
    let file = try open(recipe.file)
    recipeHash = file.sha256(NoHashCache())
    recipeText = String(decoding: file.bytes, as: UTF8.self)
    var files: [(path: String, role: TrainingRecord.DataSource.Role)] = [(recipe.trainData, .train)]
    if let test = recipe.testData { files.append((test, .test)) }
    if let general = recipe.mix.general { files.append((general.data, .general)) }
    for (pool, role) in [(fewShotPool, TrainingRecord.DataSource.Role.icl), (preservationPool, .preserve)] {
      guard let pool else { continue }
      files += ([pool.path] + pool.tasks.map(\.path)).map { ($0, role) }
    }
    data = try files.map {
      TrainingRecord.DataSource(
        path: $0.path, sha256: try open($0.path).sha256(NoHashCache()), role: $0.role)
    }
  }
}

extension Recipe {
  /// How the files that it names are now.
  var stamps: [String: FileStamp] {
    let files = [trainData, testData, mix.general?.data, mix.fewShot?.pool, preserve?.pool].compactMap { $0 }
    return Dictionary(files.compactMap { path in FileStamp.of(path).map { (path, $0) } }) { first, _ in first }
  }
}

extension TrainingPlan {
  /// One hash over all that decides the run's weights on a given base: a state of another one is not gone on with.
  var fingerprint: String {
    CanonicalHash.of(
      [sources.recipeHash, "seed \(recipe.seed)", "rate \(recipe.optimiser.learningRate)", "steps \(stepCount)"]
        + sources.data.map(\.sha256) + (usesTemplate ? encoder.template?.identity ?? [] : []))
  }
}
