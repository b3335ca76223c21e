import Reading

extension Configuration {
  /// Runs what reads files and folders that this configuration names: where one of them is not there, or is something
  /// else, the error names the configuration and the key too.
  package func naming<Result>(_ body: () throws -> Result) throws -> Result {
    try Reading.naming(paths, by: file, body)
  }

  private var paths: [(path: String, key: String)] {
    [(base.description, "base"), (baseline, "baseline"), (baselineToRead, "baseline")] + suites.map { ($0, "suites") }
      + fineTuning.data.map { ($0, "fine_tuning.data") }
  }
}
