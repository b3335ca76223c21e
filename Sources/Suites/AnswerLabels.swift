/// The answers of samples where they are so few that they are labels: at most 16 different ones, each given four times on the average, at least.
///
/// - Returns: them, ascending; empty where they are more, or there are none.
package func answerLabels(_ answers: [String]) -> [String] {
  let distinct = Set(answers)
  return distinct.count <= 16 && distinct.count * 4 <= answers.count ? distinct.sorted() : []
}
