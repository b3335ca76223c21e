import Foundation
import Reporting

/// How wide what goes to standard output may be: a terminal's window; elsewhere tables are as wide as they are, so that no name is cut.
var outputWidth: TextWidth { windowColumns(STDOUT_FILENO).map { .columns($0) } ?? .uncut }

/// Columns of the terminal behind a descriptor; nil where there is none. One that does not say has 80.
func windowColumns(_ descriptor: Int32) -> Int? {
  guard isatty(descriptor) == 1 else { return nil }
  var window = winsize()
  guard ioctl(descriptor, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0 else { return 80 }
  return Int(window.ws_col)
}
