import Evaluation
import Foundation
import Gating
import Suites
import Training

/// What a project is written in: suites, the configuration, recipes, pools, experiments, baselines, shares.
enum ProjectTargets {
  static func all(_ place: Workplace) throws -> [FuzzTarget] {
    try suites(place) + [
      file("configuration", .text, [place.bytes("holdfast.yaml"), Array(configuration.utf8)], place, "holdfast.yaml") {
        _ = try Configuration.load($0)
      },
      file("recipe", .text, recipes(place), place, "recipe.yaml") { _ = try Recipe.read($0) },
      file("experiment", .text, experiments(place), place, "experiment.yaml") { _ = try Experiment.read($0) },
      file("baseline", .jsonLines, [baseline(place)], place, "baseline.json") { _ = try Baseline.load($0) },
      FuzzTarget("share", .text, ["1/2", "3/16", "1", "0.5"].map { Array($0.utf8) }) { bytes, _ in
        _ = try Share(parsing: String(decoding: bytes, as: UTF8.self))
      },
    ]
  }

  private static func file(
    _ name: String, _ form: Form, _ seeds: [[UInt8]], _ place: Workplace, _ file: String,
    read: @escaping @Sendable (String) throws -> Void
  ) -> FuzzTarget {
    FuzzTarget(name, form, seeds) { bytes, _ in try read(try place.write(bytes, file)) }
  }

  /// One target a file of a suite: the others stay valid.
  private static func suites(_ place: Workplace) throws -> [FuzzTarget] {
    let files = ["suite.yaml", "plural.yaml", "plural.jsonl"]
    return try files.map { file in
      let folder = "suite-\(file)"
      try FileManager.default.createDirectory(atPath: place.path(folder), withIntermediateDirectories: true)
      for other in files where other != file {
        try place.write(short(try place.bytes("suites/smoke/\(other)")), "\(folder)/\(other)")
      }
      let seed = short(try place.bytes("suites/smoke/\(file)"))
      return FuzzTarget(folder, file.hasSuffix(".jsonl") ? .jsonLines : .text, [seed]) { bytes, _ in
        try place.write(bytes, "\(folder)/\(file)")
        _ = Suite.findings(in: place.path(folder))
        let suite = try Suite.load(place.path(folder))
        _ = suite.hash
      }
    }
  }

  /// Enough items for a block beside the pool.
  private static func short(_ bytes: [UInt8]) -> [UInt8] {
    Array(bytes.split(separator: 0x0A).prefix(28).joined(separator: [0x0A])) + [0x0A]
  }

  private static func recipes(_ place: Workplace) throws -> [[UInt8]] {
    let names = ["lora", "icl-mix", "replay", "preserve", "promot", "interpolate", "l2sp", "general-mix", "value-only"]
    let explicit =
      "recipe: a\ndata: {train: a.jsonl}\nformat: {mustache: \"{{prompt}}{{completion}}\"}\nmethod: modules\n"
      + "modules: [q_proj]\nlearning_rate: 1e-4\nbetas: [0.9, 0.99]\nepochs: 2\nprecision: f32\nmax_gradient_norm: 1\n"
    return try names.map { try place.bytes("recipes/\($0).yaml") } + [Array(explicit.utf8)]
  }

  private static func experiments(_ place: Workplace) throws -> [[UInt8]] {
    try ["demo", "preservation"].map { try place.bytes("recipes/experiments/\($0).yaml") }
  }

  /// The committed baseline, cut to its first task and that one's first blocks: small enough to be read thousands of times a
  /// second.
  private static func baseline(_ place: Workplace) throws -> [UInt8] {
    let task = #""abstract-living""#
    let files = try FileManager.default.contentsOfDirectory(atPath: "\(place.repository)/baselines").sorted()
    guard let file = files.first else { throw CocoaError(.fileNoSuchFile) }
    var lines: [Substring] = []
    var isAmongScores = false
    for line in String(decoding: try place.bytes("baselines/\(file)"), as: UTF8.self).split(separator: "\n") {
      // Scores are sorted by task: what comes after this one's is left out.
      if isAmongScores, !line.contains(task) { break }
      if line.hasPrefix("  \"scores\"") { isAmongScores = true }
      let isLateBlock = isAmongScores && line.hasPrefix("    ") && !line.contains(/"block":[01][,}]/)
      if !line.hasPrefix("    ") || line.contains(task) && !isLateBlock { lines.append(line) }
    }
    lines += ["  ]", "}"]
    // The last of a list has no comma behind it.
    for index in lines.indices.dropLast()
    where lines[index].hasSuffix(",") && (lines[index + 1].hasPrefix("  ]") || lines[index + 1].hasPrefix("  }")) {
      lines[index].removeLast()
    }
    return Array(lines.joined(separator: "\n").utf8)
  }

  private static let configuration = """
    base: a.gguf
    baseline: b.json
    suites: [suite]
    gate:
      max_drop: {overall: 0.05, family: 0.1, families: {facts: 0.2}, k: [1, 4]}
      max_relative_drop: 0.2
      min_retention: off
      max_logprob_drop: {overall: 0.5}
      max_leak_mass: 0.1
      alpha_pass: 0.05
      on_inconclusive: fail
      min_families: 2
    fine_tuning: {labels: [a, b], data: [c.jsonl]}
    threads: 2

    """
}
