import Diagnostics

/// Estimates with their intervals, one a row, against zero and against margins.
package struct ForestPlot: Sendable, Hashable {
  /// How much a row's mark weighs for the eye.
  package enum Kind: Sendable, Hashable {
    case task, family, overall
  }

  /// One estimate.
  package struct Row: Sendable, Hashable {
    package let label: String
    /// Nil where nothing could be estimated.
    package let estimate: Double?
    package let interval: PlotInterval?
    package let kind: Kind
    package let state: PlotState
    /// What the interval is judged against; nil for none.
    package let margin: Double?
    /// Written instead of the numbers.
    package let note: String?

    package init(
      label: String, estimate: Double?, interval: PlotInterval? = nil, kind: Kind = .task, state: PlotState,
      margin: Double? = nil, note: String? = nil
    ) {
      self.label = shown(label)
      self.estimate = estimate
      self.interval = interval
      self.kind = kind
      self.state = state
      self.margin = margin
      self.note = note
    }
  }

  /// Rows under a heading.
  package struct Group: Sendable, Hashable {
    /// Nil for rows that need none.
    package let heading: String?
    package let rows: [Row]

    package init(_ heading: String?, rows: [Row]) {
      self.heading = heading
      self.rows = rows
    }
  }

  package let title: String
  package let subtitle: String?
  package let axis: PlotAxis
  package let groups: [Group]
  /// The heading of the column of numbers, such as "change [95 % interval]".
  package let numbersTitle: String
  /// Of the numbers at the right.
  package let decimals: Int
  /// What the axis does not go beyond; intervals that do end in an arrow. Nil to show all.
  package let limits: PlotInterval?
  /// Whether rows have a state to be shown; otherwise they are figures that nothing is said of.
  package let isJudged: Bool
  /// In units of the view box; the height follows from the rows.
  package let width: Double

  /// - Parameters:
  ///   - axis: zero is always on it.
  ///   - limits: ignored where they are not finite or not ascending.
  ///   - width: at least 320 and at most 4000 are used.
  package init(
    title: String, subtitle: String? = nil, axis: PlotAxis, groups: [Group], numbersTitle: String, decimals: Int = 1,
    limits: PlotInterval? = nil, isJudged: Bool = true, width: Double = 720
  ) {
    self.title = title
    self.subtitle = subtitle
    self.axis = PlotAxis(
      axis.title, unit: axis.unit, scale: axis.scale, including: axis.including + [0], ticks: axis.ticks)
    self.groups = groups
    self.numbersTitle = numbersTitle
    self.decimals = decimals
    self.isJudged = isJudged
    self.limits = limits.flatMap { axis.canShow($0) && $0.low < $0.high ? $0 : nil }
    self.width = width.isFinite ? min(max(width, 320), 4000) : 720
  }

  /// The plot as a self-contained SVG; the same plot gives the same bytes.
  ///
  /// - Parameter idPrefix: different for every plot on a page.
  package func svg(idPrefix: String) -> String {
    ForestLayout(self).document.svg(idPrefix: idPrefix)
  }

  var rows: [Row] { groups.flatMap(\.rows) }

  /// What stands at the right of a row: "-3.1 [-5.0, -1.2]".
  func numbers(_ row: Row) -> String {
    if let note = row.note { return note }
    guard let estimate = row.estimate else { return "no estimate" }
    guard axis.canShow(estimate) else { return "not finite" }
    let number: (Double) -> String = { fixedDecimals($0 * axis.unit.factor, decimals) }
    guard let interval = row.interval, axis.canShow(interval) else { return number(estimate) }
    return "\(number(estimate)) [\(number(interval.low)), \(number(interval.high))]"
  }

  /// What the plot shows, in words and numbers.
  var description: String {
    var sentences = ["\(axis.title), \(rows.count) rows."]
    let counts = (isJudged ? PlotState.allCases : []).map { state in (state, rows.count { $0.state == state }) }
      .filter { $0.1 > 0 }
    if !counts.isEmpty { sentences.append(counts.map { "\($0.1) \($0.0.word)" }.joined(separator: ", ") + ".") }
    for row in rows { sentences.append("\(row.label): \(numbers(row))\(isJudged ? ", \(row.state.word)" : "").") }
    let estimates = rows.count { $0.estimate.map { !axis.canShow($0) } ?? false }
    if estimates > 0 { sentences.append("Not drawn because not finite: \(estimates) estimates.") }
    let intervals = rows.count { $0.interval.map { !axis.canShow($0) } ?? false }
    if intervals > 0 { sentences.append("Not drawn because not an interval: \(intervals) intervals.") }
    let margins = rows.count { $0.margin.map { !axis.canShow($0) } ?? false }
    if margins > 0 { sentences.append("Not drawn because not finite: \(margins) margins.") }
    return sentences.joined(separator: " ")
  }
}
