/// The label of a vertical line, flying from its top like a flag, above the plot area.
struct ReferenceFlag {
  /// 0 is next to the plot area.
  let row: Int
  let x: Double
  let anchor: TextAnchor
  let text: String

  /// Flags to the right of their lines, the rightmost lowest, so that no line goes through another's flag; those that
  /// do not fit fly to the left, above what stands there.
  static func flags(
    _ labels: [(text: String, x: Double)], left: Double, right: Double
  ) -> [ReferenceFlag] {
    var flags: [Int: ReferenceFlag] = [:]
    var spans: [(row: Int, left: Double, right: Double)] = []
    func put(_ index: Int, text: String, from start: Double, to end: Double, anchor: TextAnchor) {
      // Whatever touches this text's columns is below it, its own line included.
      let row = (spans.filter { $0.left < end + 6 && start - 6 < $0.right }.map(\.row).max() ?? -1) + 1
      spans.append((row, start, end))
      flags[index] = ReferenceFlag(row: row, x: anchor == .start ? start : end, anchor: anchor, text: text)
    }
    let order = labels.indices.sorted { (labels[$0].x, $0) > (labels[$1].x, $1) }
    let widths = labels.map { PlotText.width($0.text, size: PlotText.small, isBold: true) }
    let fits: (Int) -> Bool = { labels[$0].x + 5 + widths[$0] <= right }
    for index in order where fits(index) {
      let start = labels[index].x + 5
      put(index, text: labels[index].text, from: start, to: start + widths[index], anchor: .start)
    }
    for index in order.reversed() where !fits(index) {
      let isRoomier = labels[index].x - left < right - labels[index].x
      let room = isRoomier ? right - labels[index].x - 5 : labels[index].x - left - 5
      let text = PlotText.cut(labels[index].text, to: room, size: PlotText.small, isBold: true)
      let width = min(widths[index], room)
      let edge = isRoomier ? labels[index].x + 5 : labels[index].x - 5
      put(
        index, text: text, from: isRoomier ? edge : edge - width, to: isRoomier ? edge + width : edge,
        anchor: isRoomier ? .start : .end)
    }
    return labels.indices.compactMap { flags[$0] }
  }
}
