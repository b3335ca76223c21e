import ArgumentParser

/// The root command: a verb a file under Commands/.
struct Holdfast: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "holdfast",
    abstract: "Gates fine-tuned language models on in-context learning.",
    discussion: """
      Exit codes: 0 pass; 1 regression; 2 bad usage, configuration or input; 3 inconclusive or not gateable; 70 a fault of Holdfast's own.

      First steps: 'holdfast init' in the folder of your checkpoints, and what it says comes next.
      """,
    version: holdfastVersion,
    subcommands: [
      InitCommand.self, FetchCommand.self, RunCommand.self, BaselineCommand.self, GateCommand.self, PlanCommand.self,
      TrainCommand.self, ExperimentCommand.self, ClaimsCommand.self, RepairCommand.self, OverlapCommand.self,
      PerturbCommand.self,
      MergeAdapterCommand.self,
      RunsCommand.self, ShowCommand.self, CompareCommand.self, ReportCommand.self, MergeCommand.self, ScoreCommand.self,
      TokenizeCommand.self, ChatCommand.self, ValidateCommand.self, DoctorCommand.self,
    ])
}

/// The program's version, as reports and baselines name it.
let holdfastVersion = "0.1.0"
