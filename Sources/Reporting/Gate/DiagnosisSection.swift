import Gating

/// A diagnosis as report.md has it.
struct DiagnosisSection {
  private let diagnosis: Diagnosis

  init(_ diagnosis: Diagnosis) { self.diagnosis = diagnosis }

  /// For report.md.
  var context: [String: Any] { context(markdownEscaped) }

  /// For report.html, whose template escapes.
  ///
  /// - Parameter id: different for every candidate on the page.
  func pageContext(id: String) -> [String: Any] {
    let plots = twice { width in diagnosis.profile?.cells?.plot(id: id, width: width) }
    return context { $0 }.merging(["map": plots]) { own, _ in own }
  }

  private func context(_ escaped: (String) -> String) -> [String: Any] {
    let profile = diagnosis.profile
    return [
      "text": escaped(diagnosis.text), "rows": rows,
      "tasks": escaped(diagnosis.overall.tasks.joined(separator: ", ")),
      "shots": "at most four demonstrations", "hasParts": profile != nil,
      "parts": profile?.parts.map { ["name": escaped($0.name), "exactMatch": points($0.exactMatch)] } ?? [],
      "ofBase": profile.map { points($0.base) } ?? "", "ofCandidate": profile.map { points($0.candidate) } ?? "",
      "items": profile.map { "\($0.items)" } ?? "",
      "modules": modules(escaped), "cells": profile?.cells.map { [cells($0, escaped)] } ?? [],
    ]
  }

  /// Kinds of modules over all layers, taken back and alone.
  private func modules(_ escaped: (String) -> String) -> [[String: Any]] {
    guard let modules = diagnosis.profile?.modules, !modules.isEmpty else { return [] }
    let rows = modules.map { part in
      [
        "name": escaped(part.name), "exactMatch": points(part.exactMatch), "back": part.back?.text ?? "-",
        "alone": part.alone?.text ?? "-",
      ]
    }
    return [["rows": rows]]
  }

  /// The map of cells as a table, and what stands below it.
  private func cells(_ map: CellMap, _ escaped: (String) -> String) -> [String: Any] {
    func row(_ name: String, _ shares: [LossShare?]) -> [String: Any] {
      ["name": name, "shares": shares.map { ["share": $0.map { points($0.share) } ?? ""] }]
    }
    func rows(_ share: (CellMap.Cell) -> LossShare) -> [[String: Any]] {
      map.layers.map { layer in row("\(layer)", map.modules.map { map.cell(layer, $0).map(share) }) }
    }
    return [
      "columns": map.modules.map { ["column": escaped($0)] }, "back": rows(\.back), "alone": rows(\.alone),
      "rest": map.rest.map { ["name": escaped($0.name), "back": $0.back.text, "alone": $0.alone.text] },
      "top": map.top(8).map {
        ["name": escaped("layer \($0.layer) \($0.module)"), "back": $0.back.text, "alone": $0.alone.text]
      },
      "spread": map.spreadText, "ofBase": points(map.base), "ofCandidate": points(map.candidate),
      "items": "\(map.items)",
    ]
  }

  /// Every control that was asked.
  private var rows: [[String: String]] {
    let controls: [(String, KeyPath<ControlMeans, Double?>)] = [
      ("exact match without demonstrations", \.zeroShot), ("exact match", \.gold),
      ("likeliest choice", \.choice), ("exact match, random answers", \.random),
      ("likeliest choice, random answers", \.randomChoice), ("exact match, meaningless labels", \.abstract),
      ("likeliest choice, meaningless labels", \.abstractChoice),
      ("spread over orders of the demonstrations", \.orderSpread), ("leak mass", \.leakMass),
    ]
    return controls.compactMap { name, value in
      guard let base = diagnosis.overall.base[keyPath: value],
        let candidate = diagnosis.overall.candidate[keyPath: value]
      else { return nil }
      return ["name": name, "base": points(base), "candidate": points(candidate)]
    }
  }
}

extension LossShare {
  /// "12.3 % (9.8 to 14.7)"
  var text: String {
    "\(points(share)) %" + (interval.map { " (\(points($0.lower)) to \(points($0.upper)))" } ?? "")
  }
}

extension CellMap {
  /// How spread the loss is, in words.
  var spreadText: String {
    func number(_ value: Double?, _ interval: Interval?) -> String {
      value.map { effectiveText($0, interval) } ?? "none"
    }
    let sure = effectiveIntervals
    // Where what cells do alone adds up to no loss, those above 0 are what others make good.
    let alone =
      sumAlone > 0
      ? "of what cells cause alone \(number(effectiveCellsAlone, sure?.cellsAlone)) and "
        + "\(number(effectiveLayersAlone, sure?.layersAlone))"
      : "what cells cause alone adds up to no loss (\(points(sumAlone)) %)"
    let sides =
      effectiveAttentionLayers == nil || effectiveMLPLayers == nil
      ? ""
      : ", of their attention alone \(number(effectiveAttentionLayers, sure?.attentionLayers)), of their MLPs "
        + "\(number(effectiveMLPLayers, sure?.mlpLayers))"
    return
      "Effective number of cells \(number(effectiveCells, sure?.cells)) of \(cells.count), "
      + "of layers \(number(effectiveLayers, sure?.layers)) of \(layers.count)\(sides); \(alone). Taken back one at a time, cells and rest add up to \(points(sumBack)) % of the loss."
  }
}
