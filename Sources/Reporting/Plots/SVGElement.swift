/// A node of an SVG tree. Names of elements and attributes come from code; values and text may come from data and are
/// escaped when written, so no caller can forget to.
struct SVGElement: Sendable {
  private let name: String
  private let attributes: [(name: String, value: String)]
  private let text: String
  private(set) var children: [SVGElement]

  init(
    _ name: String, _ attributes: KeyValuePairs<String, String> = [:], text: String = "", children: [SVGElement] = []
  ) {
    self.name = name
    self.attributes = attributes.map { ($0.key, $0.value) }
    self.text = text
    self.children = children
  }

  /// A group of one class.
  static func group(_ style: String, _ children: [SVGElement]) -> SVGElement {
    SVGElement("g", ["class": style], children: children)
  }

  /// A straight line between two positions, in units of the view box.
  static func line(
    _ style: String, from start: (x: Double, y: Double), to end: (x: Double, y: Double)
  ) -> SVGElement {
    SVGElement(
      "line",
      [
        "class": style, "x1": coordinate(start.x), "y1": coordinate(start.y), "x2": coordinate(end.x),
        "y2": coordinate(end.y),
      ])
  }

  /// Text on a baseline. The tooltip shows what was cut or left out.
  static func label(
    _ style: String, _ text: String, x: Double, y: Double, anchor: TextAnchor = .start, tooltip: String? = nil
  ) -> SVGElement {
    SVGElement(
      "text", ["class": style, "x": coordinate(x), "y": coordinate(y), "text-anchor": anchor.rawValue], text: text,
      children: tooltip.map { [SVGElement("title", text: $0)] } ?? [])
  }

  /// The element as XML, one element a line; the same tree gives the same bytes.
  var xml: String {
    let opening = attributes.reduce("<" + name) { $0 + " \($1.name)=\"\(xmlEscaped($1.value, keepsLines: false))\"" }
    if text.isEmpty && children.isEmpty { return opening + "/>" }
    // Line breaks inside text would be shown as spaces.
    let gap = text.isEmpty ? "\n" : ""
    return opening + ">" + xmlEscaped(text, keepsLines: false) + children.map { gap + $0.xml }.joined() + gap
      + "</\(name)>"
  }
}

/// Which end of a text its position names; the raw value is SVG's.
enum TextAnchor: String, Sendable {
  case start, middle, end
}
