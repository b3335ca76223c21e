import Reading

extension Recipe {
  /// Runs what reads files that this recipe names: where one of them is not there, or is something else, the error names
  /// the recipe and the key too.
  package func naming<Result>(_ body: () throws -> Result) throws -> Result {
    try Reading.naming(paths, by: file, body)
  }

  private var paths: [(path: String, key: String)] {
    let named = [
      (base, "base"), (trainData, "data.train"), (testData, "data.test"), (mix.general?.data, "mix.general.data"),
      (mix.fewShot?.pool, "mix.icl.pool"), (preserve?.pool, "preserve.pool"),
    ]
    return named.compactMap { path, key in path.map { ($0, key) } }
  }
}
