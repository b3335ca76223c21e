import ArgumentParser

/// A length of time as it is typed: "90", "90s", "30m", "2h".
struct Timeout: ExpressibleByArgument {
  let duration: Duration

  init?(argument: String) {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600]
    let unit = argument.last.flatMap { units[$0] }
    let number = unit == nil ? argument : String(argument.dropLast())
    guard let value = Double(number), value.isFinite, value > 0, value * (unit ?? 1) <= 366 * 86_400 else { return nil }
    duration = .seconds(value * (unit ?? 1))
  }
}
