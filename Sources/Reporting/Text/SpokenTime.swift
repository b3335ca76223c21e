/// A time as people say it: "40 s", "6 min", "1 h 20 min".
package func spokenTime(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds >= 0, seconds < 360_000 else { return "days" }
  if seconds < 55 { return "\(max(1, Int((seconds / 5).rounded()) * 5)) s" }
  let minutes = max(1, Int((seconds / 60).rounded()))
  guard minutes >= 60 else { return "\(minutes) min" }
  return "\(minutes / 60) h" + (minutes % 60 == 0 ? "" : " \(minutes % 60) min")
}
