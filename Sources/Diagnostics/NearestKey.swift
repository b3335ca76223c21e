/// The known key that an unknown one was probably meant to be, for error messages.
///
/// - Returns: the known key at the smallest edit distance, where that is at most a third of the longer key's length (at least 2).
package func nearestKey(to unknown: String, among known: some Sequence<String>) -> String? {
  // None is near to a text of any length, and finding that out would take long.
  guard unknown.utf8.count <= InputError.valueLimit else { return nil }
  let ranked = known.map { (key: $0, distance: editDistance(unknown, $0)) }
    .min { ($0.distance, $0.key) < ($1.distance, $1.key) }
  guard let best = ranked else { return nil }
  return best.distance <= max(2, max(unknown.count, best.key.count) / 3) ? best.key : nil
}

/// Levenshtein distance over characters.
func editDistance(_ first: String, _ second: String) -> Int {
  let a = Array(first)
  let b = Array(second)
  var row = Array(0...b.count)
  for i in 0..<a.count {
    var diagonal = row[0]
    row[0] = i + 1
    for j in 0..<b.count {
      let substitution = diagonal + (a[i] == b[j] ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(substitution, row[j] + 1, row[j + 1] + 1)
    }
  }
  return row[b.count]
}

/// Refuses keys that a file's schema does not know, naming the nearest one it does.
package func refuseUnknownKeys(_ keys: some Sequence<String>, known: [String], file: String, in place: String? = nil)
  throws
{
  for key in keys.sorted() where !known.contains(key) {
    let field = place.map { "\($0).\(key)" } ?? key
    let remedy: ShownText =
      nearestKey(to: key, among: known).map { "did you mean '\($0)'?" }
      ?? "known keys: \(words: known.sorted().joined(separator: ", "))"
    throw InputError(file, field: field, "unknown key", remedy: remedy)
  }
}
