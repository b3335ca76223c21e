import Foundation
import Gating

extension ClaimsTables {
  /// How to read it, a paragraph each.
  var reading: [String] {
    [result.about].compactMap { $0 }
      + [
        "Lost is the drop of few-shot exact match, mean over k > 0, in percent of the base's, at the checkpoint that holds the target; pairs differ "
          + "by points of that. Brackets beside it are 95 % intervals with training seeds and questions as samples (Satterthwaite's degrees of "
          + "freedom); a claim is told by them. The two columns behind it take one of them as the sample: over questions for these runs, and "
          + "by t over seeds on these questions, which is wide for three seeds. Tasks are as they are: other tasks are in no interval.",
        "A claim of several parts holds where all do, and does not hold where one does not. Each interval is one of 95 % by itself: a claim of three "
          + "parts that is true is denied in up to 7.5 of 100 such studies.",
        "A method's learning rate is chosen on one half of the tasks (every other one by family and name) and its cost taken from the other half, both "
          + "ways round. Both halves were asked of the same runs: what a training seed's luck adds to a rate is not taken out by that. A rate "
          + "that is not run can only be chosen where it costs less.",
        stops,
        "Where the ability lies was measured on one checkpoint of each model, under one training seed: intervals are over questions, and another run "
          + "may differ.",
      ].compactMap { $0 }
  }

  /// When runs ended, and how exact "at one target accuracy" therefore is.
  private var stops: String? {
    let runs = result.models.flatMap(\.experiment.runs).filter(\.isCompared)
    let stopped = runs.compactMap { run in run.until.flatMap { until in run.points.last.map { (until, $0.step) } } }
    guard let until = stopped.first?.0 else { return nil }
    let first = stopped.count { $0.1 <= $0.0.every * $0.0.window }
    return
      "Runs are looked at every \(until.every) steps and end where \(until.window) looks in a row hold their target: \(first) of "
      + "\(stopped.count) ended at the first step at which they could, and had come to it before. The accuracy is that of the samples by "
      + "which the end was decided. Arms on data of their own kind (another target, in the column held) are tested on samples of that kind, "
      + "and compare with each other only."
  }

  /// What the finished runs took, and what is not run yet, and how long that would take.
  func sittings(_ model: ClaimsResult.ModelFound) -> String? {
    let runs = model.experiment.runs
    let ended = runs.filter { $0.state != .unfinished }.compactMap(\.points.last)
    let timed = ended.filter { $0.trainingSeconds != nil }
    let open = runs.filter { $0.state == .unfinished }
    guard !ended.isEmpty || !open.isEmpty else { return nil }
    func mean(_ seconds: (ExperimentPoint) -> Double) -> Double {
      timed.isEmpty ? 0 : timed.reduce(0) { $0 + seconds($1) } / Double(timed.count)
    }
    let (training, asking) = (mean { $0.trainingSeconds ?? 0 }, mean(\.scoringSeconds))
    var text = "Run: \(ended.count) of \(runs.count)"
    if !timed.isEmpty {
      text += String(
        format: "; %.0f s a run in the mean of %d that were timed whole (training %.0f, asking %.0f)",
        training + asking,
        timed.count, training, asking)
    }
    guard !open.isEmpty else { return text + "." }
    // Noise and the base under other draws are only asked.
    let trains = open.count { $0.until?.held != nil }
    let hours = (training * Double(trains) + asking * Double(open.count)) / 3600
    let time = timed.isEmpty ? "" : String(format: ", about %.1f hours", hours)
    return text + ". Not run: \(open.count) (\(trains) that train\(time)): \(names(open))."
  }

  /// Arms whose open runs are under the same seeds together.
  private func names(_ open: [ExperimentRun]) -> String {
    let arms = open.reduce(into: [(name: String, seeds: [UInt64])]()) { list, run in
      if let index = list.firstIndex(where: { $0.name == run.arm }) {
        list[index].seeds.append(run.seed)
      } else {
        list.append((run.arm, [run.seed]))
      }
    }
    let groups = arms.reduce(into: [(names: [String], seeds: [UInt64])]()) { list, arm in
      if let index = list.firstIndex(where: { $0.seeds == arm.seeds }) {
        list[index].names.append(arm.name)
      } else {
        list.append(([arm.name], arm.seeds))
      }
    }
    return groups.map { names, seeds in
      "\(names.joined(separator: ", ")) (seed\(seeds.count == 1 ? "" : "s") \(seeds.map(String.init).joined(separator: ", ")))"
    }.joined(separator: "; ")
  }
}
