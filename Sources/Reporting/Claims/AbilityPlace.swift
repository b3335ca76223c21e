import Gating

/// Where the ability lies in one model, as a claims' page shows it.
struct AbilityPlace {
  let model: ClaimsResult.ModelFound
  /// Among the page's models.
  let index: Int

  static let headings = [
    "modules, over all layers", "comes back where they are put back", "lost where they alone are tuned",
  ]

  /// Nil where no model was taken apart.
  var rows: [[String]]? {
    model.profile?.modules.map { modules in modules.map { [$0.name, $0.back?.text ?? "-", $0.alone?.text ?? "-"] } }
  }

  /// What stands above it.
  var words: String? {
    guard let profile = model.profile, let diagnosis = model.diagnosis else { return nil }
    let cells = profile.cells.map { "; cells on \($0.items) of them. \($0.spreadText)" } ?? "."
    let contrasts = (profile.contrasts ?? []).map {
      " With \($0.name) put back less with \($0.than): \($0.back.text)."
    }
    return
      "By \(diagnosis): shares of the loss of p(gold answer) of one checkpoint that lost its ability, with 95 % intervals over questions, on "
      + "\(profile.items) items\(cells)\(contrasts.joined())"
  }

  /// The file beside README.md that has the map.
  var mapFile: String? { model.profile?.cells == nil ? nil : "cells-\(index + 1).svg" }

  func map(width: Double) -> String? { model.profile?.cells?.plot(id: "\(index + 1)", width: width) }
}

extension ClaimsResult {
  /// The maps of where the ability lies: a file's name and its SVG each.
  package var maps: [(name: String, svg: String)] {
    models.enumerated().compactMap { index, model in
      let place = AbilityPlace(model: model, index: index)
      return place.mapFile.flatMap { name in place.map(width: VerdictPlots.wide).map { (name, $0) } }
    }
  }
}
