import Diagnostics
import Foundation
import Synchronization

/// The one line of a terminal that is drawn again and again while something goes on. Notes and whatever ends the program clear it first.
enum TerminalLine {
  static let isTerminal = isatty(STDERR_FILENO) == 1
  private static let isDrawn = Atomic<Bool>(false)

  /// - Parameter text: wider than the window it would leave pieces behind: it is cut.
  static func draw(_ text: ShownText) {
    guard isTerminal else { return }
    isDrawn.store(true, ordering: .relaxed)
    let columns = (windowColumns(STDERR_FILENO) ?? 80) - 1
    let whole = text.description
    let line = whole.count <= columns ? whole : whole.prefix(max(1, columns - 1)) + "…"
    emitError("\r\u{1B}[2K\(words: String(line))")
  }

  /// Leaves the line free for what comes next.
  static func clear() {
    guard isDrawn.exchange(false, ordering: .relaxed) else { return }
    emitError("\r\u{1B}[2K")
  }
}
