/// A whole SVG: self-contained, accessible, at home in a file of its own and inside an HTML page.
struct PlotDocument: Sendable {
  /// In units of the view box.
  let width: Double
  let height: Double
  let title: String
  /// What the picture shows, for those who do not see it.
  let description: String
  let content: [SVGElement]

  /// - Parameter idPrefix: different for every plot on a page; characters that an id could not have become "-".
  func svg(idPrefix: String) -> String {
    let id = Self.identifier(idPrefix)
    // Whole units: a fraction of a pixel would make a browser's window scroll.
    let height = coordinate(height.rounded(.up))
    let width = coordinate(width.rounded(.up))
    let root = SVGElement(
      "svg",
      [
        "xmlns": "http://www.w3.org/2000/svg", "id": id, "viewBox": "0 0 \(width) \(height)",
        "width": width, "height": height, "role": "img",
        "aria-labelledby": "\(id)-title \(id)-desc",
      ],
      children: [
        SVGElement("title", ["id": "\(id)-title"], text: title),
        SVGElement("desc", ["id": "\(id)-desc"], text: description),
        SVGElement("style", text: Self.stylesheet(id)),
        SVGElement(
          "rect",
          ["class": "surface", "width": width, "height": height, "rx": "6"]),
      ] + content)
    return root.xml + "\n"
  }

  static func identifier(_ prefix: String) -> String {
    let kept = prefix.unicodeScalars.map { scalar in
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", "-", "_": String(scalar)
      default: "-"
      }
    }.joined()
    return kept.first?.isLetter == true ? kept : "plot-" + kept
  }

  /// Every rule begins with the plot's id: a style element inside a page rules the whole page. The dark rules are for
  /// screens, so that a page printed from a dark screen is black on white.
  private static func stylesheet(_ id: String) -> String {
    let shapes = """
      #ID { max-width: 100%; height: auto; font-family: \(PlotText.fonts); }
      #ID text { font-size: \(coordinate(PlotText.small))px; font-variant-numeric: tabular-nums; }
      #ID .title { font-size: \(coordinate(PlotText.title))px; font-weight: 600; }
      #ID .axis-title, #ID .heading { font-size: \(coordinate(PlotText.body))px; font-weight: 600; }
      #ID .strong { font-weight: 600; }
      #ID line, #ID polyline, #ID path { fill: none; }
      #ID .line { stroke: currentColor; stroke-width: 1.8; stroke-linejoin: round; }
      #ID .interval { stroke: currentColor; stroke-width: 1.4; }
      #ID .faint { opacity: 0.5; }
      #ID .weighty { stroke-width: 2.6; }
      #ID .marker { fill: currentColor; stroke-width: 1; }
      #ID .open { stroke: currentColor; stroke-width: 1.8; }
      #ID .glyph { stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
      #ID .leader { stroke: currentColor; stroke-width: 1; opacity: 0.7; }
      #ID .reference { stroke-width: 1.5; stroke-dasharray: 6 4; }
      #ID .margin { stroke-width: 1.5; }
      #ID .alarm { stroke-width: 2; stroke-dasharray: none; }
      #ID .on-plot { stroke-width: 4; stroke-linejoin: round; paint-order: stroke; }
      """
    let light = colours { $0.light }
    let dark = colours { $0.dark }
    let print = "#ID .surface { fill: none; }\n#ID { print-color-adjust: exact; }"
    return """
      \(shapes)
      \(light)
      @media screen and (prefers-color-scheme: dark) {
      \(dark)
      }
      @media print {
      \(print)
      }
      """.replacing("\n", with: " ").replacing("#ID", with: "#" + id)
  }

  private static func colours(_ shade: (Palette.Colour) -> String) -> String {
    let alarm = shade(Palette.colour(of: .fail))
    let rules =
      [
        "#ID .surface, #ID .open { fill: \(shade(Palette.surface)); }",
        "#ID .marker, #ID .on-plot { stroke: \(shade(Palette.surface)); }",
        "#ID text { fill: \(shade(Palette.text)); }", "#ID .muted { fill: \(shade(Palette.muted)); }",
        "#ID .grid { stroke: \(shade(Palette.grid)); }", "#ID .band { fill: \(shade(Palette.band)); }",
        "#ID .frame, #ID .reference, #ID .margin { stroke: \(shade(Palette.muted)); }",
        "#ID .alarm { stroke: \(alarm); }",
        "#ID .alarm-text { fill: \(alarm); }",
      ]
      + Palette.series.enumerated().map { "#ID .c\($0.offset) { color: \(shade($0.element)); }" }
      + PlotState.allCases.map { "#ID .\($0.rawValue) { color: \(shade(Palette.colour(of: $0))); }" }
    return rules.joined(separator: "\n")
  }
}
