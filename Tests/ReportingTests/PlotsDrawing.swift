import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// An SVG as an XML parser sees it: what a test can ask without trusting the code that wrote it.
final class PlotsDrawing: NSObject, XMLParserDelegate {
  struct Element {
    let name: String
    let attributes: [String: String]
    /// Of the element itself, without its children's.
    var text = ""

    func number(_ attribute: String) -> Double? { attributes[attribute].flatMap(Double.init) }

    func has(_ style: String) -> Bool {
      attributes["class", default: ""].split(separator: " ").contains { $0 == style }
    }
  }

  private(set) var elements: [Element] = []
  private var open: [Int] = []

  /// - Returns: nil where the text is not well-formed XML.
  init?(_ svg: String) {
    super.init()
    let parser = XMLParser(data: Data(svg.utf8))
    parser.delegate = self
    if !parser.parse() || parser.parserError != nil { return nil }
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    open.append(elements.count)
    elements.append(Element(name: name, attributes: attributes))
  }

  func parser(_ parser: XMLParser, foundCharacters text: String) {
    if let last = open.last { elements[last].text += text }
  }

  func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
    open.removeLast()
  }

  func all(_ name: String, _ style: String? = nil) -> [Element] {
    elements.filter { $0.name == name && (style.map($0.has) ?? true) }
  }

  /// What is written in the picture, in order.
  var words: [String] { all("text").map(\.text) }

  /// For those who do not see the picture.
  var alternative: String { all("desc").first?.text ?? "" }

  /// Whether a position or a length is none.
  var hasBadNumbers: Bool {
    elements.contains { element in
      element.attributes.contains { name, value in
        !["class", "id", "aria-labelledby"].contains(name) && (value.contains("nan") || value.contains("inf"))
      }
    }
  }

  /// Width and height of the view box.
  var size: (width: Double, height: Double)? {
    let numbers = elements.first?.attributes["viewBox"]?.split(separator: " ").compactMap { Double($0) } ?? []
    return numbers.count == 4 && numbers[0] == 0 && numbers[1] == 0 ? (numbers[2], numbers[3]) : nil
  }

  /// Every written text with the rectangle that it covers at least: two fifths of its font size a character, from its
  /// baseline to the height of small letters. Turned texts are left out.
  var textBoxes: [(text: String, left: Double, right: Double, top: Double, bottom: Double)] {
    all("text").compactMap { element in
      guard let x = element.number("x"), let y = element.number("y") else { return nil }
      let width = Double(element.text.count) * (element.has("title") ? 18 : 14) * 0.4
      let anchor = element.attributes["text-anchor"]
      let left = anchor == "end" ? x - width : anchor == "middle" ? x - width / 2 : x
      return (element.text, left, left + width, y - 7, y)
    }
  }

  /// Pairs of texts that lie on each other.
  var collisions: [String] {
    let boxes = textBoxes
    return boxes.indices.flatMap { one in
      boxes[(one + 1)...].filter { other in
        boxes[one].left < other.right && other.left < boxes[one].right && boxes[one].top < other.bottom
          && other.top < boxes[one].bottom
      }.map { boxes[one].text + " / " + $0.text }
    }
  }

  /// Texts that leave the picture.
  var strays: [String] {
    guard let size else { return ["no view box"] }
    return textBoxes.filter { $0.left < 0 || $0.right > size.width || $0.top < 0 || $0.bottom > size.height }.map(
      \.text)
  }
}
