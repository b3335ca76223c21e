import ChatTemplates
import Diagnostics
import Reading
import Testing

@Suite("Templates that are made to take for ever, or are none")
struct TemplateLimitTests {
  private func fault(_ source: String) throws -> TemplateFault {
    try #require(throws: TemplateFault.self, "\(source.prefix(200))") {
      try CompiledTemplate(source).render(JSONObject())
    }
  }

  @Test(
    "time, memory and nesting are bounded",
    arguments: [
      "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
      "{{ 'a' * 1000000000000 }}", "{{ [1] * 10000000000 }}", "{{ 'a' * 9223372036854775807 }}",
      "{% set x = 'ab' %}{% set ns = namespace(x=x) %}{% for i in range(90) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
      "{% set ns = namespace(x=[]) %}{% for i in range(1000) %}{% set ns.x = [ns.x] %}{% endfor %}",
      "{% set ns = namespace(x=[1]) %}{% for i in range(90) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x == ns.x }}",
      "{% set ns = namespace(x=[1]) %}{% for i in range(90) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}",
      "{% set ns = namespace(x=[1]) %}{% for i in range(90) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x | tojson }}",
      "{% set ns = namespace(x=['a']) %}{% for i in range(40) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
      "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
      "{{ 'ab'.replace('', 'c' * 10000000) }}", "{{ ('a' * 8000000).replace('a', 'b' * 8000000) }}",
      "{{ range(100000) | join('x' * 100000) }}", "{{ '%99999999d' % 1 }}", "{{ '{:>99999999}'.format('a') }}",
      "{{ 'a' | indent(999999999999) }}", "{{ ('\\n' * 100000) | indent('a' * 100000, blank=true) }}",
      "{{ ([[1] * 100000] * 100000) | tojson(indent='aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa') }}", "{{ 2 ** 64 }}",
      "{{ 9223372036854775807 + 1 }}", "{{ range(100001) }}", "{{ range(-9223372036854775807, 9223372036854775807) }}",
      "{% for i in range(100000) %}{% set ns = namespace(a=i) %}{{ 'x' * 1000 }}{% endfor %}",
    ])
  func bounded(source: String) throws { #expect(try fault(source).kind == .limit, "\(source)") }

  @Test("sources nested too deeply are refused before they are walked")
  func nested() throws {
    for (open, close) in [
      ("(", ")"), ("[", "]"), ("{1:", "}"), ("not ", ""), ("-", ""), ("a[", "]"), ("f(", ")"), ("1 if 1 else ", ""),
    ] {
      let source =
        "{{ " + String(repeating: open, count: 10_000) + "1" + String(repeating: close, count: 10_000) + " }}"
      #expect(try fault(source).kind == .limit, "\(open)")
    }
    for (part, end) in [
      ("1 + ", "1"), ("a | trim | ", "trim"), ("a.b.", "c"), ("1 or ", "1"), ("1 if 1 else 1 if ", "1"),
    ] {
      #expect(throws: TemplateFault.self, "\(part)") {
        try CompiledTemplate("{{ " + String(repeating: part, count: 10_000) + end + " }}")
      }
    }
    let blocks = String(repeating: "{% if 1 %}", count: 10_000) + String(repeating: "{% endif %}", count: 10_000)
    #expect(try fault(blocks).kind == .limit)
    #expect(try fault(String(repeating: "a", count: 1 << 21)).kind == .limit)
  }

  @Test(
    "what is wrong is said with its line and column",
    arguments: [
      ("a\n  {{ x | nope }}", 2, 10, "there is no filter 'nope'"), ("{{ x is nope }}", 1, 9, "there is no test 'nope'"),
      ("{% if %}", 1, 7, "expected an expression"), ("\n\n{{ 'a }}", 3, 4, "the string has no end"),
      ("{% for x in y %}{% endif %}", 1, 17, "misplaced statement 'endif'"), ("{{ a", 1, 1, "'}}' is missing"),
      ("{{ x.y.z }}", 1, 5, "'x' is undefined"), ("{{ 's'.nope() }}", 1, 7, "no attribute 'nope'"),
      ("{{ 1 + 'a' }}", 1, 4, "not defined for int and str"),
      ("{% include 'a' %}", 1, 1, "'include' of jinja2 is not supported"),
      ("é {{ raise_exception('no tools') }}", 1, 6, "the template says: no tools"), ("{# c", 1, 1, "'#}' is missing"),
      ("{% raw %}", 1, 1, "endraw"), ("{{ a b }}", 1, 6, "expected '}}'"), ("{% break %}", 1, 1, "outside of a loop"),
      ("{{ 'x' | truncate }}", 1, 10, "jinja2's filter 'truncate' is not supported"),
      ("{{ '99999999999999999999' | int }}", 1, 29, "more than 64 bits"),
      ("{{ 1e20 | int }}", 1, 11, "more than 64 bits"),
      ("{{ '１２' | int }}", 1, 11, "digits that are not ASCII"),
      ("{{ ('%s' | safe) % '<' }}", 1, 12, "'%' of a text that is marked as safe is not supported"),
      ("{{ ('a' | safe).replace('a', '<') }}", 1, 16, "'replace' of a text that is marked as safe is not supported"),
      ("{{ cycler is defined }}", 1, 4, "jinja2's 'cycler' is not supported"),
    ])
  func placed(source: String, line: Int, column: Int, words: String) throws {
    let fault = try fault(source)
    #expect("\(fault.problem)".contains(words), "\(fault.description)")
    #expect(
      words.contains("outside") || (fault.place?.line == line && fault.place?.column == column), "\(fault.description)")
  }

  @Test("lm-evaluation-harness's environment keeps white space and takes nothing undefined")
  func strict() throws {
    var variables = JSONObject()
    _ = variables.append("x", .string("a<b"))
    let template = try CompiledTemplate(
      "{% if x %}\n  {{ x }}\n  {% endif %}\n{{ [1, {'b': x, 'a': none}] | tojson }}", options: .lmEvalTask)
    #expect(try template.render(variables).text == "\n  a<b\n  \n[1, {\"a\": null, \"b\": \"a\\u003cb\"}]")
    for source in [
      "{{ y }}", "{% if y %}{% endif %}", "{{ y == 1 }}", "{% for a in y %}{% endfor %}", "{{ y | length }}",
      "{{ y ~ 'a' }}",
    ] {
      #expect(throws: TemplateFault.self, "\(source)") {
        try CompiledTemplate(source, options: .lmEvalTask).render(variables)
      }
    }
    #expect(
      try CompiledTemplate("{{ y is defined }}{{ y | default('d') }}", options: .lmEvalTask).render(variables).text
        == "Falsed")
  }

  @Test(
    "a day that is told is a day",
    arguments: [("2024-02-29", true), ("2023-02-29", false), ("2024-2-1", false), ("x", false)])
  func days(text: String, isDay: Bool) { #expect((PinnedDate(text) != nil) == isDay) }
}
