import Calibration
import Gating
import Testing

/// What a run counts, and when a promise counts as broken.
@Suite struct CalibrationRunTests {
  @Test("The figures do not depend on the number of threads")
  func threads() async throws {
    let cells = [CalibrationCell.noDrop, .oneFamily]
    let alone = try await CalibrationRun(cells: cells, gates: 5, seed: 11, threads: 1) { _ in }
    let together = try await CalibrationRun(cells: cells, gates: 5, seed: 11, threads: 3) { _ in }
    #expect(alone.tallies == together.tallies)
    #expect(alone.tallies[0].gate.votes + alone.tallies[0].refused == 5)
    let other = try await CalibrationRun(cells: cells, gates: 5, seed: 12, threads: 1) { _ in }
    #expect(other.tallies.map(\.gate.votes) == alone.tallies.map(\.gate.votes))
  }

  @Test("In the row of one family at its margin, exactly that family is counted, each in turn")
  func rotation() async throws {
    let run = try await CalibrationRun(cells: [.oneFamily], gates: 9, seed: 5, threads: 2) { _ in }
    #expect(run.tallies[0].familiesAtMargin.map(\.votes) == [Int](repeating: 1, count: 9))
    #expect(run.tallies[0].overall.votes == 9)
  }

  @Test("A promise is broken where the count is beyond Monte Carlo error, not where it is only above the rate")
  func bounds() throws {
    // scipy.stats.binom.sf(k - 1, 20000, .05) is .00111 at 1096, and below .001 from 1098 on.
    let held = try #require(Bound("x", .atMost(0.05), seen: 1096, of: 20_000))
    let broken = try #require(Bound("x", .atMost(0.05), seen: 1099, of: 20_000))
    #expect(!held.isBroken && broken.isBroken)
    // scipy.stats.binom.cdf(k, 20000, .90) is .00106 at 17,868.
    let strong = try #require(Bound("x", .atLeast(0.90), seen: 17_868, of: 20_000))
    let weak = try #require(Bound("x", .atLeast(0.90), seen: 17_860, of: 20_000))
    #expect(!strong.isBroken && weak.isBroken)
    #expect(Bound("x", .atMost(0.05), seen: 0, of: 0) == nil)
  }

  @Test("The page names its command and every promise")
  func page() async throws {
    let cells = [CalibrationCell.noDrop, .oneFamily]
    let run = try await CalibrationRun(cells: cells, gates: 1, seed: 5, threads: 1) { _ in }
    let page = run.markdown(program: "holdfast 9.9.9", command: "make it again")
    #expect(page.contains("make it again") && page.contains("holdfast 9.9.9"))
    #expect(run.bounds.count == 4)
    for bound in run.bounds { #expect(page.contains("| \(bound.claim) |")) }
  }

  @Test("No promise of the page is broken in a small run of every promised row")
  func promises() async throws {
    let cells = CalibrationCell.all.filter { !$0.promises.isEmpty && $0.stride == 1 }
    #expect(cells.count > 20)
    let run = try await CalibrationRun(cells: cells, gates: 32, seed: 20_261_126, threads: 2) { _ in }
    #expect(run.bounds.filter(\.isBroken).map(\.claim) == [])
  }
}
