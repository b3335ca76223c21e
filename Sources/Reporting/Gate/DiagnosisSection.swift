import Gating

/// A diagnosis as report.md has it.
struct DiagnosisSection {
  private let diagnosis: Diagnosis

  init(_ diagnosis: Diagnosis) { self.diagnosis = diagnosis }

  /// For report.md.
  var context: [String: Any] { context(markdownEscaped) }

  /// For report.html, whose template escapes.
  var pageContext: [String: Any] { context { $0 } }

  private func context(_ escaped: (String) -> String) -> [String: Any] {
    let profile = diagnosis.profile
    return [
      "text": escaped(diagnosis.text), "rows": rows,
      "tasks": escaped(diagnosis.overall.tasks.joined(separator: ", ")),
      "shots": "at most four demonstrations", "hasParts": profile != nil,
      "parts": profile?.parts.map { ["name": escaped($0.name), "exactMatch": points($0.exactMatch)] } ?? [],
      "ofBase": profile.map { points($0.base) } ?? "", "ofCandidate": profile.map { points($0.candidate) } ?? "",
      "items": profile.map { "\($0.items)" } ?? "",
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
