import ChatTemplates
import Diagnostics
import Foundation
import Reading
import Testing

@Suite("Chat templates, as transformers renders them")
struct RenderingTests {
  @Test("every template renders every conversation to transformers' text, and raises where it raises")
  func renderings() throws {
    for folder in ChatGoldens.folders {
      let goldens = try ChatGoldens(folder)
      #expect(goldens.renderings.count >= 14 && goldens.cases.count >= 40)
      for name in goldens.renderings.keys.sorted() {
        for chat in goldens.cases { try compare(name, chat, goldens) }
      }
    }
  }

  private func compare(_ name: String, _ chat: ChatGoldens.Case, _ goldens: ChatGoldens) throws {
    let wanted = goldens.rendering(name, chat.name)
    let rendering: CompiledTemplate.Rendering
    do {
      rendering = try goldens.template(name, chat.tokens).render(chat.conversation, chat.settings)
    } catch let error as InputError {
      #expect(wanted == nil, "\(name), \(chat.name): \(error)")
      return
    }
    guard let wanted else {
      Issue.record("\(name), \(chat.name): transformers raises, not we: \(rendering.text)")
      return
    }
    #expect(ChatGoldens.digest(rendering.text) == wanted.digest, "\(name), \(chat.name): \(rendering.text)")
    guard !rendering.hasUnplacedSpans, !chat.settings.continuesLastMessage else { return }
    let utf8 = rendering.text.utf8
    func scalars(_ bytes: Int) -> Int {
      rendering.text.unicodeScalars.distance(
        from: rendering.text.startIndex, to: utf8.index(utf8.startIndex, offsetBy: bytes))
    }
    let spans = rendering.spans.map { [scalars($0.lowerBound), scalars($0.upperBound)] }
    #expect(spans == wanted.spans, "\(name), \(chat.name): \(rendering.text)")
  }

  @Test("what is easy to get wrong in jinja2 comes out as there")
  func expressions() throws {
    let file = try JSONFile(ChatGoldens.committed.appendingPathComponent("expressions.json"))
    var variables = try file.object("variables")?.members ?? JSONObject()
    for (name, text) in [("bos_token", "<s>"), ("eos_token", "</s>")] {
      variables = variables.setting(name, to: .string(text))
    }
    let cases = try file.objects("cases") ?? []
    #expect(cases.count > 140)
    for entry in cases {
      let source = try entry.string("source") ?? ""
      let wanted = try entry.string("text")
      do throws(TemplateFault) {
        let text = try CompiledTemplate(source).render(variables).text
        #expect(text == wanted && text.utf8.elementsEqual((wanted ?? "").utf8), "\(source)")
      } catch {
        #expect(wanted == nil, "\(source): \(error.description)")
        #expect(error.place != nil, "\(source): \(error.description)")
      }
    }
  }
}
