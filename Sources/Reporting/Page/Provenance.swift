import Foundation

/// Who gated, when and at what commit, in a line.
struct Provenance {
  private let header: ReportHeader

  init(_ header: ReportHeader) { self.header = header }

  /// "28 November 2026, 00:45 UTC (01:45 local), by jo, commit 1a2b3c4d5e on main"
  var text: String {
    let origin = header.origin
    let commit = origin?.commit.map { hash in
      "commit \(hash.prefix(10))" + (origin?.branch.map { " on \($0)" } ?? "")
    }
    return ([when, origin?.user.map { "by \($0)" }, commit] as [String?]).compactMap { $0 }
      .joined(separator: " · ")
  }

  private var when: String {
    guard let date = try? Date(header.startedAt, strategy: .iso8601) else { return header.startedAt }
    // No zone is further off; a number from a ledger may be anything.
    let minutes = min(max(header.origin?.minutesFromUTC ?? 0, -1440), 1440)
    let local = minutes == 0 ? "" : " (\(Self.clock(date, offset: minutes)) local time)"
    return "\(Self.day(date)), \(Self.clock(date, offset: 0)) UTC\(local)"
  }

  private static func calendar(_ offset: Int) -> Calendar {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = TimeZone(secondsFromGMT: offset * 60) ?? .gmt
    return calendar
  }

  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ]

  private static func day(_ date: Date) -> String {
    let parts = calendar(0).dateComponents([.day, .month, .year], from: date)
    return "\(parts.day ?? 0) \(months[((parts.month ?? 1) - 1) % 12]) \(parts.year ?? 0)"
  }

  private static func clock(_ date: Date, offset: Int) -> String {
    let parts = calendar(offset).dateComponents([.hour, .minute], from: date)
    return String(format: "%02d:%02d", parts.hour ?? 0, parts.minute ?? 0)
  }
}
