/// A rectangle in the view box.
struct PlotBox: Sendable, Hashable {
  let left: Double
  let top: Double
  let right: Double
  let bottom: Double

  init(left: Double, top: Double, right: Double, bottom: Double) {
    self.left = left
    self.top = top
    self.right = right
    self.bottom = bottom
  }

  /// A square around a position.
  init(around position: (x: Double, y: Double), reach: Double) {
    self.init(left: position.x - reach, top: position.y - reach, right: position.x + reach, bottom: position.y + reach)
  }

  func overlaps(_ other: PlotBox) -> Bool {
    left < other.right && other.left < right && top < other.bottom && other.top < bottom
  }

  func encloses(_ other: PlotBox) -> Bool {
    left <= other.left && other.right <= right && top <= other.top && other.bottom <= bottom
  }
}

/// Finds free places for texts inside a plot, one after another: a text never covers another text or a marker, and
/// covers as little of the lines as it can. What finds no place is left out; the legend and the tooltips still have it.
struct LabelPlacer {
  let bounds: PlotBox
  /// What must stay free.
  private(set) var taken: [PlotBox] = []
  /// Positions along lines, which had better stay free.
  private var inked: [PlotBox] = []

  init(bounds: PlotBox) { self.bounds = bounds }

  mutating func keepFree(_ box: PlotBox) { taken.append(box) }

  mutating func avoidLine(from start: (x: Double, y: Double), to end: (x: Double, y: Double)) {
    let length = max(abs(end.x - start.x), abs(end.y - start.y))
    let steps = min(200, max(1, Int(length / 8)))
    for step in 0...steps {
      let share = Double(step) / Double(steps)
      let position = (x: start.x + (end.x - start.x) * share, y: start.y + (end.y - start.y) * share)
      inked.append(PlotBox(around: position, reach: 1))
    }
  }

  /// The best of some boxes, now taken; the earlier ones are preferred. Nil where all are taken or out of bounds.
  mutating func place(_ boxes: [PlotBox]) -> Int? {
    var best: (index: Int, cost: Double)?
    for (index, box) in boxes.enumerated() where bounds.encloses(box) && !taken.contains(where: box.overlaps) {
      let cost = Double(index) * 0.35 + Double(inked.count(where: box.overlaps))
      if best.map({ cost < $0.cost }) ?? true { best = (index, cost) }
    }
    guard let best else { return nil }
    taken.append(boxes[best.index])
    return best.index
  }

  /// Where a name beside the plot area may stand: at its curve's height, or as little above or below as it can.
  static func boxes(rightOf position: (x: Double, y: Double), width: Double, height: Double) -> [PlotBox] {
    [0.0, -4, 4, -8, 8, -12, 12, -16, 16, -20, 20, -26, 26, -32, 32, -40, 40, -48, 48].map { down in
      let y = position.y + down
      return PlotBox(
        left: position.x + 4, top: y - height / 2, right: position.x + 4 + width, bottom: y + height / 2)
    }
  }

  /// Where a label may stand: close to a marker first, then further out in eight directions.
  static func boxes(around position: (x: Double, y: Double), width: Double, height: Double) -> [PlotBox] {
    [9.0, 20, 34].flatMap { distance in
      [(1.0, 0.0), (-1, 0), (0, -1), (0, 1), (1, -1), (-1, -1), (1, 1), (-1, 1)].map { across, down in
        let reach = across != 0 && down != 0 ? distance * 0.75 : distance
        let x = position.x + across * (reach + width / 2)
        let y = position.y + down * (reach + height / 2)
        return PlotBox(left: x - width / 2, top: y - height / 2, right: x + width / 2, bottom: y + height / 2)
      }
    }
  }
}
