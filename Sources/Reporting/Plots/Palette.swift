/// Colours for both backgrounds. Series colours lie at least .12 (OKLab distance) apart in normal vision, deuteranopia
/// and protanopia (simulated after Machado et al. 2009), and have at least 3:1 contrast to their background (WCAG
/// 1.4.11).
enum Palette {
  /// A colour on a light and on a dark background, as #rrggbb.
  struct Colour: Sendable, Hashable {
    let light: String
    let dark: String
  }

  static let surface = Colour(light: "#ffffff", dark: "#0d1117")
  static let text = Colour(light: "#1f2328", dark: "#e6edf3")
  static let muted = Colour(light: "#59636e", dark: "#9198a1")
  static let grid = Colour(light: "#dfe3e8", dark: "#2a313a")
  static let band = Colour(light: "#f4f6f8", dark: "#161b22")

  /// Blue, red, green, purple, olive, sky, grey.
  static let series = [
    Colour(light: "#125ed6", dark: "#616dff"), Colour(light: "#7f0116", dark: "#c26216"),
    Colour(light: "#3a772c", dark: "#41c390"), Colour(light: "#770d72", dark: "#b55ca1"),
    Colour(light: "#a29313", dark: "#fcd834"), Colour(light: "#4392f9", dark: "#70adfe"),
    Colour(light: "#898897", dark: "#d6dfe9"),
  ]

  /// What a verdict looks like; shapes and glyphs say the same.
  static func colour(of state: PlotState) -> Colour {
    switch state {
    case .pass: Colour(light: "#1a7f5a", dark: "#3fb98a")
    case .fail: Colour(light: "#c4321c", dark: "#ff7b5f")
    case .inconclusive: Colour(light: "#8a5f00", dark: "#e3b341")
    case .uninformative: Colour(light: "#7d8590", dark: "#8b949e")
    case .silent: Colour(light: "#3d6aa8", dark: "#8fb3e8")
    }
  }
}

/// What was decided about a row.
package enum PlotState: String, Sendable, Hashable, CaseIterable {
  case pass, fail, inconclusive, uninformative
  /// Shown, and not asked for a verdict.
  case silent

  /// As people read it.
  var word: String { self == .silent ? "does not vote" : rawValue }
}

/// How a series is told from the others: the counts of colours and shapes have no common divisor, so colour and shape
/// together repeat after 42 series only, and neighbours differ in colour, shape and dash.
struct SeriesStyle: Sendable, Hashable {
  let colour: Int
  let marker: Marker
  /// Lengths of strokes and gaps, or "none" for a solid line.
  let dash: String

  /// - Parameter index: any whole number; the same one always looks the same.
  init(_ index: Int) {
    func place(_ count: Int) -> Int { (index % count + count) % count }
    colour = place(Palette.series.count)
    marker = Marker.allCases[place(Marker.allCases.count)]
    dash = ["none", "8 4", "2.5 3", "9 3 2 3"][place(4)]
  }

  /// The class that gives the colour.
  var colourClass: String { "c\(colour)" }
}

/// Shapes of about the same area.
enum Marker: Sendable, Hashable, CaseIterable {
  case circle, square, triangle, diamond, cross, wedge

  /// - Parameter radius: of a circle of about the same area.
  func element(x: Double, y: Double, radius: Double, style: String, tooltip: String? = nil) -> SVGElement {
    let title = tooltip.map { [SVGElement("title", text: $0)] } ?? []
    if self == .circle {
      return SVGElement(
        "circle", ["class": style, "cx": coordinate(x), "cy": coordinate(y), "r": coordinate(radius)], children: title)
    }
    let points = corners.map { coordinate(x + $0.x * radius) + "," + coordinate(y + $0.y * radius) }
    return SVGElement("polygon", ["class": style, "points": points.joined(separator: " ")], children: title)
  }

  /// On a circle of radius 1 around the origin, y downwards.
  private var corners: [(x: Double, y: Double)] {
    switch self {
    case .circle: []
    case .square: [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]
    case .triangle: [(0, -1.25), (1.2, 0.9), (-1.2, 0.9)]
    case .diamond: [(0, -1.35), (1.35, 0), (0, 1.35), (-1.35, 0)]
    case .wedge: [(0, 1.25), (1.2, -0.9), (-1.2, -0.9)]
    case .cross:
      [
        (-0.42, -1.25), (0.42, -1.25), (0.42, -0.42), (1.25, -0.42), (1.25, 0.42), (0.42, 0.42), (0.42, 1.25),
        (-0.42, 1.25), (-0.42, 0.42), (-1.25, 0.42), (-1.25, -0.42), (-0.42, -0.42),
      ]
    }
  }
}
