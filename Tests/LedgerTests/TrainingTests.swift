import Foundation
import GRDB
import Ledger
import Testing

@Suite("Trainings")
struct TrainingTests {
  private func setOut(
    folder: String = "/out/full", hash: String = "5a5a", seed: UInt64 = .max, labels: [String] = ["negative", "\"ja\""]
  ) -> TrainingPlanRecord {
    TrainingPlanRecord(
      recipe: "full", recipeHash: hash, recipeText: "recipe: full\n", base: "tiny", seed: seed, outFolder: folder,
      labels: labels, stepsPlanned: 100)
  }

  private func step(_ number: Int, loss: Double = 1.0 / 3) -> TrainingStep {
    TrainingStep(
      step: number, loss: loss, learningRate: 1e-5, gradientNorm: 2.0 / 7, tokensPerSecond: 311.5)
  }

  @Test("what a training set out to do and what its steps did come back bit for bit, from another opening of the file")
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    let steps = [
      step(1),
      TrainingStep(
        step: 2, loss: 0.1.nextUp, preservation: 5e-324, learningRate: 0, gradientNorm: 1e300, tokensPerSecond: 1,
        targetAccuracy: 0.975, leakMass: 0),
    ]
    let begun: TrainingRun
    do {
      let ledger = try Ledger(path: folder.ledger)
      begun = try ledger.beginTraining(setOut(), command: "holdfast train full.yaml")
      try ledger.append(steps, to: begun)
    }
    let ledger = try Ledger(path: folder.ledger)
    #expect(begun.plan == setOut() && begun.command == "holdfast train full.yaml" && begun.finishedAt == nil)
    #expect(try ledger.training(begun.id) == begun)
    #expect(try ledger.steps(of: begun) == steps)
    #expect(try ledger.training("none") == nil)
  }

  @Test("a training that goes on from a checkpoint repeats steps: theirs and all later rows are replaced")
  func repeated() throws {
    let folder = try TemporaryFolder()
    let ledger = try Ledger(path: folder.ledger)
    let training = try ledger.beginTraining(setOut(), command: "train")
    let other = try ledger.beginTraining(setOut(folder: "/out/other"), command: "train")
    for number in 1...7 {
      try ledger.append(step(number), to: training)
      try ledger.append(step(number), to: other)
    }
    // Stopped after step 7, gone on from the checkpoint of step 4.
    try ledger.append(step(5, loss: 9), to: training)
    #expect(try ledger.steps(of: training).map(\.step) == [1, 2, 3, 4, 5])
    #expect(try ledger.steps(of: training).last?.loss == 9)
    try ledger.append([step(6), step(7)], to: training)
    #expect(try ledger.steps(of: training).map(\.step) == Array(1...7))
    try ledger.append([], to: training)
    #expect(try ledger.steps(of: training).count == 7)
    #expect(try ledger.steps(of: other).map(\.loss) == Array(repeating: 1.0 / 3, count: 7))
  }

  @Test("only the newest unfinished training of the same recipe, seed and folder is gone on with")
  func resumable() throws {
    let folder = try TemporaryFolder()
    let ledger = try Ledger(path: folder.ledger)
    func resumable(_ plan: TrainingPlanRecord) throws -> TrainingRun? {
      try ledger.resumableTraining(outFolder: plan.outFolder, recipeHash: plan.recipeHash, seed: plan.seed)
    }
    #expect(try resumable(setOut()) == nil)
    let first = try ledger.beginTraining(setOut(), command: "train")
    Thread.sleep(forTimeInterval: 0.005)
    let second = try ledger.beginTraining(setOut(), command: "train")
    #expect(try resumable(setOut()) == second)
    #expect(try resumable(setOut(folder: "/out/other")) == nil)
    #expect(try resumable(setOut(hash: "5a5b")) == nil)
    #expect(try resumable(setOut(seed: .max - 1)) == nil)
    try ledger.finish(second)
    #expect(try resumable(setOut()) == first)
    let finished = try #require(try ledger.training(second.id))
    #expect(finished.finishedAt != nil)
    try ledger.finish(second)
    #expect(try ledger.training(second.id) == finished)
    #expect(try ledger.trainings() == [finished, first])
    #expect(try ledger.trainings(limit: 1) == [finished])
  }

  @Test("a number that is not finite, or a step out of order, is refused by name and leaves every row as it was")
  func faults() throws {
    let folder = try TemporaryFolder()
    let ledger = try Ledger(path: folder.ledger)
    let training = try ledger.beginTraining(setOut(labels: []), command: "train")
    try ledger.append([step(1), step(2)], to: training)
    func broken(_ name: String) -> TrainingStep {
      func number(_ field: String) -> Double { field == name ? .nan : 1 }
      return TrainingStep(
        step: 2, loss: number("loss"), preservation: number("preservation"), learningRate: number("learning_rate"),
        gradientNorm: number("gradient_norm"), tokensPerSecond: number("tokens_per_second"),
        targetAccuracy: number("target_accuracy"), leakMass: number("leak_mass"))
    }
    let names = [
      "loss", "preservation", "learning_rate", "gradient_norm", "tokens_per_second", "target_accuracy", "leak_mass",
    ]
    for name in names {
      let fault = try #require(throws: TrainingStepFault.self) { try ledger.append(broken(name), to: training) }
      #expect(fault.description == "training step 2: its \(name) is not a finite number")
    }
    for steps in [[step(0)], [step(3), step(3)], [step(4), step(3)], [step(2), step(3, loss: -.infinity)]] {
      #expect(throws: TrainingStepFault.self) { try ledger.append(steps, to: training) }
    }
    #expect(try ledger.steps(of: training) == [step(1), step(2)])
  }

  @Test("steps belong to a training of this ledger")
  func foreign() throws {
    let folder = try TemporaryFolder()
    let other = try TemporaryFolder()
    let training = try Ledger(path: other.ledger).beginTraining(setOut(), command: "train")
    let ledger = try Ledger(path: folder.ledger)
    #expect(throws: (any Error).self) { try ledger.append(step(1), to: training) }
    #expect(try ledger.steps(of: training) == [])
  }

  @Test("two ledgers on one file keep their own trainings' steps while blocks are scored, and neither finds it locked")
  func writers() async throws {
    let folder = try TemporaryFolder()
    let path = folder.ledger
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<2 {
        group.addTask {
          let ledger = try Ledger(path: path)
          let training = try ledger.beginTraining(setOut(folder: "/out/\(writer)"), command: "train")
          for number in 1...200 { try ledger.append(step(number), to: training) }
          try ledger.finish(training)
        }
      }
      group.addTask {
        let ledger = try Ledger(path: path)
        try ledger.register(modelRecord())
        let run = try ledger.begin(plan())
        for index in 0..<50 {
          let block = requestBlock(block: index)
          try ledger.commit(block, scores: scores(block), of: run)
        }
      }
      try await group.waitForAll()
    }
    let ledger = try Ledger(path: path)
    let trainings = try ledger.trainings()
    #expect(trainings.count == 2)
    for training in trainings {
      #expect(try ledger.steps(of: training).map(\.step) == Array(1...200))
      #expect(training.finishedAt != nil)
    }
    #expect(try ledger.completedBlocks(try #require(try ledger.runs().first)).count == 50)
  }
}
