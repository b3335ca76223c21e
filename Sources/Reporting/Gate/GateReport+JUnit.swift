import Diagnostics
import Gating

extension GateReport {
  /// junit.xml as CI services read it: a suite a candidate and family (and one overall), a case a rule. A FAIL is a failure; INCONCLUSIVE is
  /// what the policy makes of it, and else an error, as NOT GATEABLE is; what cannot vote is skipped.
  package func junit() -> String {
    let suites = candidates.flatMap(suites)
    let (tests, failures) = (suites.flatMap(\.cases), suites.flatMap(\.cases).filter { $0.state == .failure })
    let errors = tests.filter { $0.state == .error }
    let skipped = tests.filter { $0.state == .skipped }
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="holdfast gate" tests="\(tests.count)" failures="\(failures.count)" errors="\(errors.count)" \
      skipped="\(skipped.count)" time="\(header.durationSeconds)">
      \(suites.map(\.xml).joined(separator: "\n"))
      </testsuites>

      """
  }

  private func suites(_ candidate: CandidateVerdict) -> [JUnitSuite] {
    let name = candidate.path
    guard let verdict = candidate.verdict else {
      let state: JUnitCase.State =
        candidate.exit(header.settings.policy) == .regression ? .failure : .error
      let alone = JUnitCase(
        name: "gate", state: state, message: candidate.sentence,
        body: "\(candidate.path)\(onBase): \(candidate.sentence)")
      return [JUnitSuite(name: "\(name): overall", seconds: candidate.durationSeconds, cases: [alone])]
    }
    var order: [String] = []
    for unit in verdict.units where !order.contains(unit.unit) { order.append(unit.unit) }
    return order.enumerated().map { index, unit in
      JUnitSuite(
        name: "\(name): \(unit)", seconds: index == 0 ? candidate.durationSeconds : 0,
        cases: verdict.units.filter { $0.unit == unit }.map { testCase($0, candidate) })
    }
  }

  private func testCase(_ unit: UnitVerdict, _ candidate: CandidateVerdict) -> JUnitCase {
    func amount(_ value: Double?) -> String { value.map(unit.metric.amount) ?? "-" }
    let loss = unit.degradation
    let line =
      "\(unit.outcome.rawValue.uppercased()): \(unit.metric.name) from \(amount(loss?.base)) to \(amount(loss?.candidate)), "
      + "drop \(amount(loss?.drop)) (\(unit.boundText ?? "-"); margin \(amount(unit.margin)))"
    let body =
      ([line, unit.need, unit.level == .overall ? "\(candidate.path)\(onBase): \(candidate.sentence)" : nil]
      as [String?]).compactMap { $0 }
    let state: JUnitCase.State =
      switch unit.outcome {
      case .pass: .success
      case .fail: .failure
      case .uninformative: .skipped
      case .inconclusive:
        switch header.settings.onInconclusive {
        case .pass: .success
        case .fail: .failure
        case .exit3: .error
        }
      }
    return JUnitCase(
      name: unit.rule, state: state, message: unit.reason.map { "no vote: \($0)" } ?? line,
      body: body.map { shown($0) }.joined(separator: "\n"))
  }
}

private struct JUnitSuite {
  let name: String
  let seconds: Double
  let cases: [JUnitCase]

  var xml: String {
    func count(_ state: JUnitCase.State) -> Int { cases.filter { $0.state == state }.count }
    return """
      <testsuite name="\(xmlEscaped(name, keepsLines: false))" tests="\(cases.count)" failures="\(count(.failure))" \
      errors="\(count(.error))" skipped="\(count(.skipped))" time="\(seconds)">
      \(cases.map { $0.xml(suite: name) }.joined(separator: "\n"))
      </testsuite>
      """
  }
}

private struct JUnitCase {
  enum State { case success, failure, error, skipped }

  let name: String
  let state: State
  let message: String
  let body: String

  func xml(suite: String) -> String {
    let opening = "<testcase classname=\"\(attribute(suite))\" name=\"\(attribute(name))\" time=\"0\">"
    let message = "message=\"\(attribute(message))\""
    let text = xmlEscaped(body)
    let result =
      switch state {
      case .success: "<system-out>\(text)</system-out>"
      case .failure: "<failure type=\"regression\" \(message)>\(text)</failure>"
      case .error: "<error type=\"undecided\" \(message)>\(text)</error>"
      case .skipped: "<skipped \(message)/>"
      }
    return "\(opening)\(result)</testcase>"
  }

  private func attribute(_ text: String) -> String { xmlEscaped(text, keepsLines: false) }
}
