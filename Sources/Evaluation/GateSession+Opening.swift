import Checkpoints
import Diagnostics
import Gating
import Served
import Suites

/// Candidates before they are asked.
extension GateSession {
  /// A candidate as it was opened.
  enum Opened {
    case whole(Candidate)
    case broken(path: String, InputError)
  }

  /// Opens every candidate. What is wrong with one of several costs the others nothing.
  func open(
    _ paths: [String], suite: Suite, _ models: ModelOpening,
    looks: (any AskedModel) throws -> [Share]
  ) throws -> [Opened] {
    // A base that is broken is no candidate's fault.
    if paths.contains(where: { (try? CheckpointKind.of($0)) == .adapter }) { _ = try models.baseCheckpoint() }
    if paths.contains(where: ServerAddress.isAddress) { _ = try models.open(base) }
    var faults: [InputError] = []
    let opened = try paths.map { path -> Opened in
      do {
        let subject = try models.open(path)
        let record = try subject.server == nil ? TrainingRecord.read(fromCheckpoint: subject.path) : nil
        let labels = configuration.fineTuning.labels + (record?.labels ?? [])
        return .whole(
          Candidate(
            subject: subject, labels: labels, related: relatedTasks(of: suite, labels: labels),
            earlier: try looks(subject), isTrainedAsChat: record?.usesChatTemplate ?? false))
      } catch let fault as InputError {
        faults.append(fault)
        return .broken(path: path, fault)
      }
    }
    if faults.count == paths.count, let first = faults.first { throw first }
    return opened
  }

  static func unasked(_ fault: InputError) -> CandidateVerdict.Finding {
    .refused("it could not be asked: \(fault)")
  }

  func unasked(_ path: String, _ fault: InputError) -> CandidateVerdict {
    CandidateVerdict(
      path: path, model: nil, durationSeconds: 0, share: share.description, finding: Self.unasked(fault))
  }
}
