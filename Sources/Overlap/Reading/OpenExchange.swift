/// Whether paragraphs of a text that were read so far ask something that the next ones answer ("### Instruction:", then
/// "### Response:").
struct OpenExchange {
  /// Bytes after which nobody waits for an answer any more.
  private static let longest = 1 << 14

  private(set) var isOpen = false
  private var length = 0

  mutating func add(_ paragraph: UnsafeBufferPointer<UInt8>) {
    let marks = TurnMarks.find(in: paragraph)
    length += paragraph.count
    if let last = marks.last(where: { $0.meaning != .resume && $0.meaning != .skip }) {
      // Who answers may stand alone in its header, and what ends that behind it.
      let isBlank = !paragraph[(marks.last ?? last).end...].contains { !DataFormat.isSpace($0) }
      switch last.meaning {
      case .begin(.output): isOpen = isBlank
      case .begin: isOpen = true
      default: isOpen = false
      }
    } else if isOpen, length == paragraph.count {
      isOpen = false
    }
    if !isOpen || length > Self.longest { (isOpen, length) = (false, 0) }
  }
}
