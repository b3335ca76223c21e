import ArgumentParser
import Foundation

/// A length of time as it is typed: "90", "90s", "30m", "30min", "2h".
struct Timeout: ExpressibleByArgument {
  let duration: Duration

  init?(argument: String) {
    let units = [
      "": 1.0, "s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1, "m": 60, "min": 60, "mins": 60, "minute": 60,
      "minutes": 60, "h": 3600, "hr": 3600, "hour": 3600, "hours": 3600,
    ]
    let unit = String(argument.reversed().prefix { $0.isLetter }.reversed())
    guard let seconds = units[unit.lowercased()],
      let value = Double(argument.dropLast(unit.count).trimmingCharacters(in: .whitespaces)), value.isFinite, value > 0,
      value * seconds <= 366 * 86_400
    else { return nil }
    duration = .seconds(value * seconds)
  }
}
