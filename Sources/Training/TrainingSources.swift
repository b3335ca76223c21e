import Checkpoints
import Foundation

extension TrainingPlan {
  /// Every file that the run reads, with its hash and part.
  ///
  /// - Throws: `InputError` for a file that can no longer be read.
  package func sources() throws -> [TrainingRecord.DataSource] {
    var files: [(path: String, role: TrainingRecord.DataSource.Role)] = [(recipe.trainData, .train)]
    if let test = recipe.testData { files.append((test, .test)) }
    if let general = recipe.mix.general { files.append((general.data, .general)) }
    for (pool, role) in [(fewShotPool, TrainingRecord.DataSource.Role.icl), (preservationPool, .preserve)] {
      guard let pool else { continue }
      files += ([pool.path] + pool.tasks.map(\.path)).map { ($0, role) }
    }
    return try files.map {
      TrainingRecord.DataSource(
        path: $0.path, sha256: try MappedFile(URL(fileURLWithPath: $0.path)).sha256(NoHashCache()), role: $0.role)
    }
  }
}
