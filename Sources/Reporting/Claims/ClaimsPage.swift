import Foundation
import Gating

/// index.html of a claims' report: one file without network, script or font from elsewhere.
package struct ClaimsPage {
  private let result: ClaimsResult

  package init(_ result: ClaimsResult) { self.result = result }

  package func html() throws -> String { try PageText.template(claimsTemplate).render(context) }

  private var context: [String: Any] {
    let tables = ClaimsTables(result: result)
    return [
      "style": pageStyle, "title": result.title, "command": result.command, "generated": result.generatedAt,
      "program": result.createdBy, "forms": tables.forms, "shortHeadings": tables.shortHeadings,
      "shortRows": tables.shortRows.map { row in
        [
          "claim": row[0], "criterion": row[row.count - 1],
          "words": row.dropFirst().dropLast().map { ["word": $0, "state": state($0)] as [String: Any] },
        ] as [String: Any]
      },
      "reading": tables.reading,
      "claims": tables.claimRows.map { row in
        [
          "claim": row.claim, "model": row.model,
          "cells": row.cells.map { cell in
            ["word": cell.word, "state": state(cell.word), "lines": cell.lines] as [String: Any]
          },
        ] as [String: Any]
      },
      "wide": result.plot(width: 880), "narrow": result.plot(width: 420),
      "models": result.models.enumerated().map { index, model in
        let place = AbilityPlace(model: model, index: index)
        return [
          "model": model.model, "facts": result.facts(of: model), "sittings": tables.sittings(model).map { [$0] } ?? [],
          "change": tables.changeTable(model).map { [["headings": $0.headings, "rows": $0.rows] as [String: Any]] }
            ?? [],
          "place": place.rows.map { rows in
            [
              [
                "words": place.words ?? "", "headings": AbilityPlace.headings, "rows": rows,
                "map": ["wide": VerdictPlots.wide, "narrow": VerdictPlots.narrow].compactMapValues(place.map(width:)),
              ] as [String: Any]
            ]
          } ?? [],
          "forms": model.forms.map { form in
            [
              "form": form.form, "methodHeadings": ClaimsTables.methodHeadings, "armHeadings": ClaimsTables.armHeadings,
              "methods": tables.methodRows(model, form), "arms": tables.armRows(model, form),
            ] as [String: Any]
          },
        ] as [String: Any]
      },
    ]
  }

  private func state(_ word: String) -> String {
    switch ClaimWord(rawValue: word) {
    case .holds: "pass"
    case .doesNotHold: "fail"
    case .cannotBeTold: "inconclusive"
    case nil: ""
    }
  }
}

/// Double braces escape for HTML; triple ones hold our own SVG and style only.
private let claimsTemplate = """
  <!DOCTYPE html>
  <html lang="en">
  <head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>{{title}}</title>
  <style>{{{style}}}</style>
  </head>
  <body>
  <a class="skip" href="#main">Skip to the claims</a>
  <header>
  <p class="brand">Holdfast: what fine-tuning does to in-context learning</p>
  <h1>{{title}}</h1>
  <p class="muted small">{{command}} · {{generated}} · {{program}}</p>
  </header>
  <main id="main">
  <div class="scroll" tabindex="0" role="region" aria-label="The claims in short"><table class="summary">
  <thead><tr>{{#shortHeadings}}<th scope="col">{{.}}</th>{{/shortHeadings}}</tr></thead>
  <tbody>{{#shortRows}}<tr><th scope="row">{{claim}}</th>\
  {{#words}}<td><span class="word {{state}}">{{word}}</span></td>{{/words}}<td class="prose">{{criterion}}</td></tr>
  {{/shortRows}}</tbody>
  </table></div>
  <h2>What was measured</h2>
  <div class="scroll" tabindex="0" role="region" aria-label="What was measured of each claim"><table class="summary">
  <thead><tr><th scope="col">claim</th><th scope="col">model</th>{{#forms}}<th scope="col">asked {{.}}</th>{{/forms}}</tr></thead>
  <tbody>{{#claims}}<tr><th scope="row">{{claim}}</th><td>{{model}}</td>{{#cells}}<td class="prose"><span class="word {{state}}">{{word}}</span>\
  {{#lines}}<br>{{.}}{{/lines}}</td>{{/cells}}</tr>
  {{/claims}}</tbody>
  </table></div>
  <figure class="plot wide" tabindex="0" aria-label="What each recipe cost">{{{wide}}}</figure>
  <figure class="plot narrow" tabindex="0" aria-label="What each recipe cost">{{{narrow}}}</figure>
  {{#reading}}<p class="muted">{{.}}</p>
  {{/reading}}
  {{#models}}
  <section aria-label="{{model}}">
  <h2>{{model}}</h2>
  <p class="muted small">{{facts}}</p>
  {{#forms}}
  <h3>Asked {{form}}</h3>
  <div class="scroll" tabindex="0" role="region" aria-label="Methods, asked {{form}}"><table>
  <thead><tr>{{#methodHeadings}}<th scope="col">{{.}}</th>{{/methodHeadings}}</tr></thead>
  <tbody>{{#methods}}<tr>{{#.}}<td>{{.}}</td>{{/.}}</tr>
  {{/methods}}</tbody>
  </table></div>
  <div class="scroll" tabindex="0" role="region" aria-label="Arms, asked {{form}}"><table>
  <thead><tr>{{#armHeadings}}<th scope="col">{{.}}</th>{{/armHeadings}}</tr></thead>
  <tbody>{{#arms}}<tr>{{#.}}<td>{{.}}</td>{{/.}}</tr>
  {{/arms}}</tbody>
  </table></div>
  {{/forms}}
  {{#change}}
  <h3>Change of weights, % of the base's, by module</h3>
  <div class="scroll" tabindex="0" role="region" aria-label="Change of weights by module"><table>
  <thead><tr>{{#headings}}<th scope="col">{{.}}</th>{{/headings}}</tr></thead>
  <tbody>{{#rows}}<tr>{{#.}}<td>{{.}}</td>{{/.}}</tr>
  {{/rows}}</tbody>
  </table></div>
  {{/change}}
  {{#place}}
  <h3>Where the ability lies</h3>
  <p class="muted">{{words}}</p>
  <div class="scroll" tabindex="0" role="region" aria-label="Where the ability lies"><table>
  <thead><tr>{{#headings}}<th scope="col">{{.}}</th>{{/headings}}</tr></thead>
  <tbody>{{#rows}}<tr>{{#.}}<td>{{.}}</td>{{/.}}</tr>
  {{/rows}}</tbody>
  </table></div>
  {{#map}}<figure class="plot wide" tabindex="0" aria-label="Layer by module">{{{wide}}}</figure>
  <figure class="plot narrow" tabindex="0" aria-label="Layer by module">{{{narrow}}}</figure>{{/map}}
  {{/place}}
  {{#sittings}}<p>{{.}}</p>{{/sittings}}
  </section>
  {{/models}}
  </main>
  </body>
  </html>

  """
