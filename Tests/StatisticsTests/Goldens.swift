import Foundation

/// The goldens that `Scripts/goldens/make_statistics_goldens.py` and `statistics_*.py` made with scipy and statsmodels.
enum Goldens {
  static func load<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Goldens/statistics")
    return try JSONDecoder().decode(type, from: Data(contentsOf: folder.appendingPathComponent("\(name).json")))
  }
}

/// |a - b| ≤ 1e-10 · max(floor, |b|): relative to the expected value, or absolute below 1 where the floor is 1.
func isClose(_ actual: Double, _ expected: Double, within tolerance: Double = 1e-10, floor: Double = 1) -> Bool {
  if actual == expected { return true }
  return abs(actual - expected) <= tolerance * max(floor, abs(expected))
}
