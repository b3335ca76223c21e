import Foundation

/// The system's words for an error number, such as "No space left on device"; with the limit named where one was reached.
package func systemWords(_ number: Int32) -> String {
  let words = String(cString: strerror(number))
  switch number {
  case EMFILE: return words + (softLimit(RLIMIT_NOFILE).map { ", ulimit -n is \($0)" } ?? "")
  case EFBIG: return words + (softLimit(RLIMIT_FSIZE).map { ", ulimit -f allows \($0) bytes" } ?? "")
  default: return words
  }
}

/// What the system lets this process have of something, such as RLIMIT_NOFILE; nil for as much as it wants.
package func softLimit(_ resource: __rlimit_resource) -> UInt? {
  var limits = rlimit()
  guard getrlimit(__rlimit_resource_t(resource.rawValue), &limits) == 0 else { return nil }
  return limits.rlim_cur == rlim_t.max ? nil : UInt(limits.rlim_cur)
}

/// The system's words for why Foundation could not read or write: those of the error number below it, not Foundation's own, which differ
/// from platform to platform and say little ("The operation could not be completed. (NSCocoaErrorDomain error 512.)").
package func systemWords(_ error: any Error) -> String {
  errorNumber(of: error).map { systemWords($0) } ?? "the system does not say why"
}

extension InputError {
  /// What the system refused and nobody explained better; nil for an error that is none of the system's.
  package init?(ofSystem error: any Error) {
    guard let number = errorNumber(of: error) else { return nil }
    let path = (error as NSError).userInfo[NSFilePathErrorKey] as? String
    self.init(
      path ?? "the system", "refuses (\(systemWords(number)))",
      remedy: "check the file, its folder's permissions and the room on the disk")
  }
}

/// The error number that an error is or was made of; nil where it has none.
package func errorNumber(of error: any Error) -> Int32? {
  let bridged = error as NSError
  if bridged.domain == NSPOSIXErrorDomain { return Int32(exactly: bridged.code) }
  return (bridged.userInfo[NSUnderlyingErrorKey] as? any Error).flatMap { errorNumber(of: $0) }
}
