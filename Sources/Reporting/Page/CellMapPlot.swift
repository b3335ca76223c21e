import Gating

extension CellMap {
  /// The map as a picture: what comes back without a cell beside what the cell causes alone.
  ///
  /// - Parameter id: different for every candidate on a page.
  func plot(id: String, width: Double = VerdictPlots.wide) -> String {
    func panel(_ title: String, _ words: String, _ share: @escaping (Cell) -> LossShare) -> HeatMap.Panel {
      HeatMap.Panel(
        title: title,
        cells: layers.map { layer in
          modules.map { module in
            cell(layer, module).map {
              HeatMap.Cell(
                share: share($0).share, tooltip: "layer \(layer), \(module): \(words) \(share($0).text)")
            }
          }
        })
    }
    return HeatMap(
      title: "Where the loss sits",
      subtitle:
        "Percent of the loss of p(gold answer), layer by module: the stronger the colour, the more; the other colour is below 0",
      rowsTitle: "layer", rows: layers.map { "\($0)" }, columns: modules,
      panels: [
        panel("Comes back where the cell is the base's", "brings back", \.back),
        panel("Is lost where only the cell is tuned", "alone causes", \.alone),
      ], width: width
    ).svg(idPrefix: "cells-\(id)-\(Int(width))")
  }
}
