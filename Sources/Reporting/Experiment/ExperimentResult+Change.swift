import Diagnostics
import Foundation

extension ExperimentResult {
  /// How far the weights of each group of modules went; nil where no run says it.
  var changeTable: String? {
    let found = runs.compactMap { run in run.points.last?.change.map { (run: run, modules: $0) } }
    let kinds = found.flatMap(\.modules).reduce(into: [String]()) {
      if !$0.contains($1.module) { $0.append($1.module) }
    }
    // What no arm changed, such as an adapter's norms, needs no column.
    let changed = kinds.filter { kind in found.contains { $0.modules.contains { $0.module == kind && $0.norm > 0 } } }
    guard !changed.isEmpty else { return nil }
    let rows = found.map { run, modules in
      let figures = changed.map { kind in text(modules.filter { $0.module == kind }) } + [text(modules)]
      return "| \(markdownEscaped(run.arm)) | \(run.seed) | \(figures.joined(separator: " | ")) |"
    }
    return
      ([
        "## How far the weights went", "",
        "The norm of the change in percent of the base's weights (Frobenius, over all layers), at the last checkpoint.",
        "",
        "| arm | seed | \((changed.map(markdownEscaped) + ["all"]).joined(separator: " | ")) |",
        "|---|--:|" + String(repeating: "--:|", count: changed.count + 1),
      ] + rows).joined(separator: "\n")
  }

  private func text(_ modules: [ModuleChange]) -> String {
    modules.relative.map { String(format: "%.3f", 100 * $0) } ?? "-"
  }
}
