import Gating
import Testing

@Suite("What a form's weights say of its merge")
struct FormFaultTests {
  private func module(_ kept: Double, error: Double = 0.01, expected: Double? = 1, outside: Bool = false)
    -> FormWeights.Module
  {
    FormWeights.Module(
      name: outside ? "lm_head.weight" : "layer.weight", kept: kept, keptError: error, expected: expected,
      isOutside: outside)
  }

  private func fault(
    _ modules: [FormWeights.Module], residual: Double = 0.001, limit: Double = 0.01, expected: Double? = 1
  ) -> FormFault? {
    let kept = modules.isEmpty ? 1 : modules.reduce(0) { $0 + $1.kept } / Double(modules.count)
    return FormFault.of(
      FormWeights(
        storage: "bf16", change: 0.05, kept: kept, keptError: 0.01, expected: expected, residual: residual,
        limit: limit, rounding: 0.001, modules: modules))
  }

  @Test("kept once, not at all, twice, or so many times")
  func shares() {
    #expect(fault([module(1), module(0.95), module(1.04)]) == nil)
    #expect(fault([module(0), module(0.02)], residual: 1) == .notMerged)
    #expect(fault([module(2), module(1.98)], residual: 1) == .mergedTwice)
    #expect(fault([module(0.5), module(0.52)], residual: 1)?.name == "other_scale")
    #expect(fault([module(4), module(4.1)], residual: 1)?.name == "other_scale")
    #expect(fault([module(1), module(0), module(1)], residual: 1) == .modulesLeftOut(["layer.weight"]))
    #expect(fault([module(1), module(0, outside: true)], residual: 1) == .headLeftOut(["lm_head.weight"]))
  }

  @Test("another base, once nothing else explains the distance")
  func residual() {
    #expect(fault([module(1)], residual: 0.02) == .otherBase(residual: 0.02, limit: 0.01))
    #expect(fault([], residual: 0.02)?.name == "other_base")
    #expect(fault([], residual: 0.001) == nil)
  }

  @Test("a coarse type that leaves a matrix open says nothing of it; one that took the change back says so")
  func rounding() {
    #expect(fault([module(0.3, error: 0.4), module(1)]) == nil)
    #expect(fault([module(0.85, error: 0.05, expected: nil), module(1.1, error: 0.05, expected: nil)]) == nil)
    #expect(fault([module(0.1, expected: 0.12)], expected: 0.12)?.name == "rounded_away")
    // A base of 4 bits that is quantised to 4 bits again: its own steps take most of it back, matrix by matrix.
    func again(_ kept: [Double], onSteps: Bool) -> FormFault? {
      FormFault.of(
        FormWeights(
          storage: "q4_1", change: 0.02, kept: kept.reduce(0, +) / Double(kept.count), keptError: 0.01, expected: nil,
          residual: 0.03, limit: 0.19, rounding: nil, isOnSteps: onSteps,
          modules: kept.map { module($0, expected: nil) }))
    }
    #expect(again([0.02, 0.4, 0.3], onSteps: true)?.name == "rounded_away")
    #expect(again([0.02, 0.4, 0.3], onSteps: false)?.name == "other_scale")
    #expect(again([0.8, 1.3, 1.2], onSteps: true) == nil)
    #expect(again([0, 0.03], onSteps: true) == .notMerged)
    // What is rounded to .6 and there to .59 is whole.
    #expect(fault([module(0.59, expected: 0.6)], expected: 0.6) == nil)
    #expect(fault([module(0, expected: 0.6)], residual: 1, expected: 0.6) == .notMerged)
  }
}
