import Checkpoints
import Diagnostics
import Gating
import Served
import Suites

extension GateSession {
  /// Looks at what forms are compared with before anything is asked: without it, they could not be behind all of that.
  func demandComparable(_ paths: [String]) throws {
    guard !ServerAddress.isAddress(base) else { return }
    _ = try configuration.naming { try Checkpoint.open(base) }
    if let first = paths.first, ServerAddress.isAddress(first) {
      throw InputError(
        "--as-one", "names a server's form first, with which the others are compared, and the base is files",
        remedy: "name a form of files first, such as the adapter")
    }
  }

  /// The candidates as forms of one fine-tuning, and what was wrong with those that could not be asked.
  func forms(
    _ candidates: [Opened], _ contrasts: [[ItemContrast]], suite: Suite, _ models: ModelOpening,
    _ asking: CandidateAsking, shelf: inout ModelShelf, report: @escaping (Event) -> Void
  ) throws -> (findings: [FormFinding], faults: [InputError]) {
    var contrasts = contrasts
    var problems: [Int: String] = [:]
    var faults: [InputError] = []
    for (index, opened) in candidates.enumerated() where contrasts[index].isEmpty && !contrasts[0].isEmpty {
      guard case .whole(let form) = opened, case .whole(let reference) = candidates[0] else { continue }
      do {
        contrasts[index] = try asking.answers(of: form, like: reference, shelf: &shelf, report: report) ?? []
      } catch let fault as InputError {
        problems[index] = "\(fault)"
        faults.append(fault)
      } catch Interrupted.deadline {
        problems[index] = "time ran out"
      } catch is OutOfTime {
        problems[index] = "time ran out"
      }
    }
    shelf.clear()
    report(.comparing(candidates.count))
    let findings = try FormComparing(
      base: ServerAddress.isAddress(base) ? nil : models.baseCheckpoint(), suite: suite, threads: threads
    ).compare(
      candidates.enumerated().map { index, opened in
        switch opened {
        case .whole(let candidate): (candidate.subject.path, candidate.subject, problems[index])
        case .broken(let path, let fault): (path, nil, "\(fault)")
        }
      }, contrasts.map { FormAnswers(contrasts[0], $0) })
    return (findings, faults)
  }
}
