import Foundation

/// How numbers on an axis are shown.
package enum PlotUnit: Sendable, Hashable {
  /// A fraction, shown in percent: .31 as "31 %".
  case percent
  /// A difference of fractions, shown in percentage points: -.031 as "-3.1".
  case points
  /// As it is.
  case number

  /// Shown value over stored value.
  var factor: Double { self == .number ? 1 : 100 }

  /// - Parameters:
  ///   - value: as it is stored.
  ///   - decimals: of the shown number.
  func text(_ value: Double, decimals: Int) -> String {
    fixedDecimals(value * factor, decimals) + (self == .percent ? "\u{A0}%" : "")
  }
}

/// How positions on an axis follow from values.
package enum PlotScale: Sendable, Hashable {
  case linear
  /// Linear, with ticks at whole numbers only: steps of training.
  case steps
  /// log2(1 + value), for numbers of demonstrations: 0 has a place, and a doubling is a distance.
  case log2OnePlus
}

/// What an axis says and how it is laid out; its range follows from the data.
package struct PlotAxis: Sendable, Hashable {
  package let title: String
  package let unit: PlotUnit
  package let scale: PlotScale
  /// Values that the axis must reach even where no datum does, such as 0.
  package let including: [Double]
  /// Where the ticks are, if nice numbers will not do.
  package let ticks: [Double]?

  package init(
    _ title: String, unit: PlotUnit = .number, scale: PlotScale = .linear, including: [Double] = [],
    ticks: [Double]? = nil
  ) {
    self.title = title
    self.unit = unit
    self.scale = scale
    self.including = including
    self.ticks = ticks
  }

  /// Whether a value has a place on the axis: finite, of a size that survives arithmetic, in the scale's domain.
  func canShow(_ value: Double) -> Bool {
    value.isFinite && abs(value) <= 1e12 && (scale != .log2OnePlus || value >= 0)
  }
}

/// Nice numbers for axes: multiples of 1, 2 or 5 times a power of ten, by P. S. Heckbert's loose labelling ("Nice
/// numbers for graph labels", Graphics Gems, 1990), so that the first and last tick enclose the data.
package struct NiceTicks: Sendable, Hashable {
  /// Ascending, one step apart; the first and last enclose the data.
  package let values: [Double]
  /// That the ticks need to differ.
  package let decimals: Int

  /// - Parameters:
  ///   - count: about how many ticks.
  ///   - isWhole: no ticks between whole numbers.
  package init(from low: Double, to high: Double, count: Int, isWhole: Bool = false) {
    var (low, high) = (min(low, high), max(low, high))
    // All values equal, or nearly: some room on both sides instead of a division by nothing.
    if high - low <= max(abs(low), abs(high), 1) * 1e-9 {
      let room = max(abs(low) * 0.1, isWhole ? 1 : 0.5)
      (low, high) = (low - room, high + room)
    }
    let span = Self.nice(high - low, rounding: false)
    let step = max(Self.nice(span / Double(max(2, count) - 1), rounding: true), isWhole ? 1 : 0)
    let first = (low / step + 1e-9).rounded(.down)
    let last = (high / step - 1e-9).rounded(.up)
    // Whole multiples, so that no error adds up from tick to tick.
    values = (0...Int(max(1, min(last - first, 50)))).map { (first + Double($0)) * step }
    decimals = max(0, Int(-log10(step * 1.000001).rounded(.down)))
  }

  /// 1, 2, 5 or 10 times a power of ten: the nearest, or the next one up.
  static func nice(_ value: Double, rounding: Bool) -> Double {
    let power = pow(10, log10(value).rounded(.down))
    let fraction = value / power
    let limits = rounding ? [1.5, 3, 7] : [1, 2, 5].map { $0 * (1 + 1e-9) }
    let isWithin: (Double) -> Bool = { rounding ? fraction < $0 : fraction <= $0 }
    return (isWithin(limits[0]) ? 1 : isWithin(limits[1]) ? 2 : isWithin(limits[2]) ? 5 : 10) * power
  }
}

/// An axis with its range and ticks on a stretch of the view box.
struct LaidOutAxis: Sendable {
  let axis: PlotAxis
  /// Stored values, ascending, with what is written at each.
  let ticks: [(value: Double, text: String)]
  private let low: Double
  private let high: Double
  private let start: Double
  private let end: Double

  /// - Parameters:
  ///   - values: all that must be visible; those without a place on the axis are left out.
  ///   - start, end: positions in the view box of the lowest and the highest value.
  ///   - count: about how many ticks.
  ///   - limits: what the axis must not go beyond.
  init(
    _ axis: PlotAxis, values: [Double], from start: Double, to end: Double, count: Int, limits: PlotInterval? = nil
  ) {
    let shown = (values + axis.including + (axis.ticks ?? [])).filter(axis.canShow)
    let factor = axis.unit.factor
    let least = shown.min() ?? 0
    let most = shown.max() ?? 1
    var decimals = 0
    var at: [Double]
    if let own = axis.ticks {
      at = own.filter(axis.canShow).sorted()
      let isExact: (Int) -> Bool = { decimals in
        at.allSatisfy { abs($0 * factor - (Double(fixedDecimals($0 * factor, decimals)) ?? 0)) < 1e-9 }
      }
      decimals = (0...4).first(where: isExact) ?? 4
    } else if axis.scale == .log2OnePlus {
      at = [0] + (0...40).map { pow(2, Double($0)) }.prefix { $0 < most * 2 }
      if at.count == 1 { at.append(1) }
    } else {
      let nice = NiceTicks(from: least * factor, to: most * factor, count: count, isWhole: axis.scale == .steps)
      at = Self.within(nice.values, least * factor, most * factor).map { $0 / factor }
      decimals = nice.decimals
    }
    if let limits { at = at.filter { limits.low <= $0 && $0 <= limits.high } }
    ticks = at.map { ($0, axis.unit.text($0, decimals: decimals)) }
    let reach = (at + shown).map { Self.scaled($0, axis.scale) }
    let (bottom, top) = (reach.min() ?? 0, reach.max() ?? 1)
    low = bottom
    high = top > bottom ? top : bottom + 1
    self.axis = axis
    self.start = start
    self.end = end
  }

  /// The position of a value in the view box.
  func position(_ value: Double) -> Double {
    start + (Self.scaled(value, axis.scale) - low) / (high - low) * (end - start)
  }

  /// The widest tick text, in units of the view box.
  var tickWidth: Double { ticks.map { PlotText.width($0.text, size: PlotText.small) }.max() ?? 0 }

  /// Without an outermost tick that is far from all data: it would leave much of the plot empty.
  private static func within(_ ticks: [Double], _ least: Double, _ most: Double) -> [Double] {
    guard ticks.count > 3, most > least else { return ticks }
    let far = (ticks[1] - ticks[0]) / 2
    let lower = least - ticks[0] > far ? 1 : 0
    let upper = ticks[ticks.count - 1] - most > far ? 1 : 0
    return Array(ticks.dropFirst(lower).dropLast(upper))
  }

  private static func scaled(_ value: Double, _ scale: PlotScale) -> Double {
    scale == .log2OnePlus ? log2(1 + value) : value
  }
}
