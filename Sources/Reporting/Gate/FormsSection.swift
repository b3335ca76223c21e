import Diagnostics
import Gating

/// The forms of one fine-tuning beside each other, as a small table and a sentence each.
struct FormsSection {
  private let forms: [FormFinding]

  init(_ forms: [FormFinding]) { self.forms = forms }

  func terminal(width: TextWidth) -> String {
    var grid = TextGrid(
      [
        ("form", .left), ("", .left), ("tokens", .left), ("template", .left), ("kept", .right), ("off by", .right),
        ("differ", .right), ("lost", .right), ("nats", .right),
      ], spare: ["nats", "off by", "differ", ""])
    for form in forms {
      let row = FormRow(form)
      grid.add([
        form.name, form.kind, row.tokens, row.template, row.kept, row.off, row.answers, row.drop, row.distance,
      ])
    }
    let sentences = forms.filter { !$0.isReference }.map { "\n" + wrapped($0.text, width: width.sentences) + "\n" }
      .joined()
    return "\nforms of one fine-tuning, beside the first\n\n\(grid.text(width: width.tables))\(sentences)"
  }

  /// As a section of a Markdown page.
  var markdown: String {
    let titles = [
      "form", "", "tokens", "template", "weights kept", "weights off by", "answers that differ", "points lost",
      "logprobs apart",
    ]
    let rows = forms.map { form in
      let row = FormRow(form)
      return [
        markdownEscaped(form.path), markdownEscaped(form.kind), row.tokens, row.template, row.kept, row.off,
        row.answers,
        row.drop, row.distance,
      ]
    }
    let rule = titles.indices.map { $0 < 4 ? "---" : "--:" }
    let table = ([titles, rule] + rows).map {
      "| \($0.joined(separator: " | ")) |"
    }
    let sentences = forms.filter { !$0.isReference }.map { "- \(markdownEscaped($0.text))" }
    return "## Forms of one fine-tuning\n\n\(table.joined(separator: "\n"))\n\n\(sentences.joined(separator: "\n"))"
  }

  /// - Parameter escaped: makes a text fit for the page that it goes to.
  func context(_ escaped: (String) -> String) -> [String: Any] {
    [
      "rows": forms.map { form -> [String: String] in
        let row = FormRow(form)
        return [
          "path": escaped(form.path), "kind": escaped(form.kind), "tokens": row.tokens, "template": row.template,
          "kept": row.kept, "off": row.off, "answers": row.answers, "drop": row.drop, "distance": row.distance,
        ]
      },
      "sentences": forms.filter { !$0.isReference }.map { ["text": escaped($0.text)] },
    ]
  }
}

/// A form's cells.
private struct FormRow {
  let tokens: String
  let template: String
  let kept: String
  let off: String
  let answers: String
  let drop: String
  let distance: String

  init(_ form: FormFinding) {
    func has(_ names: String...) -> Bool { form.faults.contains { names.contains($0.name) } }
    let isSeen = !form.isReference && form.problem == nil && !form.isByAnswersAlone
    tokens = isSeen ? has("tokenizer", "special_tokens") ? "differ" : "same" : "–"
    template = isSeen ? has("template") ? "differs" : "same" : "–"
    kept = form.weights.map { "\(points($0.kept)) %" } ?? "–"
    off =
      form.weights.map { weights in
        let size = weights.residual > weights.limit ? weights.residual : weights.rounding ?? weights.residual
        return size < 5e-7 ? "0" : FormFault.percent(size)
      } ?? "–"
    answers = form.answers.map { "\($0.differ)/\($0.questions)" } ?? "–"
    drop = form.answers?.units.first.map { points($0.drop) } ?? "–"
    distance = form.answers?.meanDistance.map { nats($0) } ?? "–"
  }
}
