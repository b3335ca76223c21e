import ArgumentParser
import Foundation
import Scoring
import Suites

/// How many rows a suite takes, and how many those tasks take that a baseline admits: nothing is computed.
struct RowCount: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rows", abstract: "Counts the distinct token rows of a suite, by task, without computing any.")

  @OptionGroup var workload: Workload

  @Option(help: "A fixed share of every task's blocks.")
  var share: String = "1"

  @Option(help: "A baseline file; its admitted tasks are summed up too.")
  var baseline: String?

  func run() throws {
    let scorer = EngineScorer(try workload.loaded())
    let suite = try Suite.load(workload.suite)
    let admitted = try baseline.map(Self.admitted)
    var (all, voting) = (0, 0)
    print("suite \(suite.name) version \(suite.version), share \(share), \(workload.model)")
    // Tasks have no prefix in common but by chance, as they have other templates or words.
    for (task, blocks) in Dictionary(
      grouping: try suite.requestBlocks(share: try Share(parsing: share)), by: \.task
    ).sorted(by: { $0.key < $1.key }) {
      let rows = try scorer.rowCounts(blocks.map { $0.observations.map(\.request) }).last ?? 0
      let items = Set(blocks.flatMap(\.observations).map(\.item)).count
      let votes = admitted?.contains(task) ?? false
      all += rows
      voting += votes ? rows : 0
      print("\(task)\(votes ? " *" : ""): \(rows) rows, \(blocks.count) blocks, \(items) items")
    }
    print("all: \(all) rows")
    if let admitted { print("* the \(admitted.count) that vote: \(voting) rows") }
  }

  private static func admitted(_ file: String) throws -> Set<String> {
    struct File: Decodable {
      struct Task: Decodable {
        let task: String
        let admitted: Bool
      }
      let admission: [Task]
    }
    let read = try JSONDecoder().decode(File.self, from: try Data(contentsOf: URL(fileURLWithPath: file)))
    return Set(read.admission.filter(\.admitted).map(\.task))
  }
}
