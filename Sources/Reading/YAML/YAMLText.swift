import CYaml
import Diagnostics
import Yams

/// A YAML text as Yams composes it, once it is known to be bounded.
enum YAMLText {
  /// Deeper values are refused: whoever composes and compares them descends.
  private static let deepest = 64
  /// Values in a text with every alias replaced by what it stands for; a few lines could stand for more than there is
  /// memory or time.
  private static let mostValues = 100_000

  /// - Returns: nil for a text without a value.
  /// - Throws: `InputError` where it is not YAML, gives a key twice, or is not bounded.
  static func compose(_ text: String, file: String) throws -> Node? {
    do {
      try refuseUnbounded(text)
      return try Yams.compose(yaml: text)
    } catch let fault as Fault {
      throw invalid(file, "line \(fault.line)", fault.problem)
    } catch let error as YamlError {
      switch error {
      case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
        .composer(_, let problem, let mark, _):
        throw invalid(file, "line \(mark.line)", "\(problem)")
      case .duplicatedKeysInMapping(let duplicates, _):
        throw invalid(file, duplicates.min(), "the key is given twice")
      case .reader(let problem, _, _, _): throw invalid(file, nil, "\(problem)")
      default: throw invalid(file, nil, "it cannot be parsed")
      }
    }
  }

  private static func invalid(_ file: String, _ field: String?, _ problem: ShownText) -> InputError {
    InputError(file, field: field, "not valid YAML: \(problem)", remedy: "correct the file's syntax")
  }

  private struct Fault: Error {
    let line: Int
    let problem: ShownText
  }

  /// Goes through the text's events, which need no memory; leaves it to Yams to say what is wrong with them.
  private static func refuseUnbounded(_ text: String) throws {
    // libyaml's parser refers to itself, so it must not move.
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    defer { parser.deallocate() }
    guard yaml_parser_initialize(parser) == 1 else { return }
    defer { yaml_parser_delete(parser) }
    var text = text
    try text.withUTF8 { bytes in
      guard let base = bytes.baseAddress else { return }
      yaml_parser_set_input_string(parser, base, bytes.count)
      yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
      var extent = Extent()
      while true {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { return }
        defer { yaml_event_delete(&event) }
        guard event.type != YAML_STREAM_END_EVENT else { return }
        extent.add(event)
        guard extent.depth <= deepest else { throw Fault(line: line(event), problem: "nested deeper than \(deepest)") }
        guard extent.values <= mostValues else {
          throw Fault(line: line(event), problem: "it stands for more than \(mostValues) values")
        }
      }
    }
  }

  private static func line(_ event: yaml_event_t) -> Int { event.start_mark.line + 1 }

  /// How much a text stands for, as far as it has been read.
  private struct Extent {
    /// With the values of aliases counted as often as they are used.
    private(set) var values = 0
    private var open: [(anchor: String?, start: Int)] = []
    private var ofAnchor: [String: Int] = [:]

    var depth: Int { open.count }

    mutating func add(_ event: yaml_event_t) {
      switch event.type {
      case YAML_SCALAR_EVENT:
        values += 1
        note(name(event.data.scalar.anchor), 1)
      case YAML_ALIAS_EVENT: values += name(event.data.alias.anchor).flatMap { ofAnchor[$0] } ?? 1
      case YAML_SEQUENCE_START_EVENT: begin(name(event.data.sequence_start.anchor))
      case YAML_MAPPING_START_EVENT: begin(name(event.data.mapping_start.anchor))
      case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
        if let last = open.popLast() { note(last.anchor, values - last.start) }
      default: break
      }
    }

    private mutating func begin(_ anchor: String?) {
      open.append((anchor, values))
      values += 1
    }

    private mutating func note(_ anchor: String?, _ values: Int) {
      if let anchor { ofAnchor[anchor] = values }
    }

    private func name(_ anchor: UnsafeMutablePointer<yaml_char_t>?) -> String? {
      anchor.map { String(cString: $0) }
    }
  }
}
