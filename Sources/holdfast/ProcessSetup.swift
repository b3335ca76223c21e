import Diagnostics
import Foundation
import Reading

/// What a process must see to before it opens a file or starts a thread: what the system left closed, and what it grants too little of.
enum ProcessSetup {
  /// Files that the program has open at once beyond those that it was started with: the ledger's connections most of all. A gate
  /// has been seen to need 13.
  private static let files = 20

  /// The stack of the thread that the verb runs on and of those that compute, in bytes. What is read from files is nested as deeply as
  /// its readers allow, whatever `ulimit -s` says.
  private static let stack = 8 << 20

  /// Address space that must be left (`ulimit -v`), in bytes: without it no thread can be started, and who waits for one waits for ever.
  private static let room = 64 << 20

  /// - Throws: `InputError` where the limits leave no room to work in.
  static func prepare() throws {
    openStandardStreams()
    // A reader that goes away (`holdfast … | head`), or a file that may not grow (`ulimit -f`), makes a write fail instead of ending the
    // process.
    for number in [SIGPIPE, SIGXFSZ] { signal(number, SIG_IGN) }
    try requireFiles()
    try requireRoom()
    giveThreadsStacks()
  }

  /// Descriptors 0, 1 and 2 that are closed would be given to the next files that are opened, and what is printed would be written into
  /// them. What stands in for them cannot be read or written either.
  private static func openStandardStreams() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
    where fcntl(descriptor, F_GETFD) < 0 && errno == EBADF {
      // The lowest free descriptor is the one that was found closed.
      if open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0 { _ = open("/", O_RDONLY) }
    }
  }

  /// Libraries end the process, or wait for ever, where they get no descriptor.
  private static func requireFiles() throws {
    var limits = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0 else { return }
    let enough = rlim_t(256)
    if limits.rlim_cur < enough, limits.rlim_cur < limits.rlim_max {
      limits.rlim_cur = min(enough, limits.rlim_max)
      setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits)
    }
    let most = Int32(clamping: limits.rlim_cur)
    var free = 0
    var descriptor: Int32 = 0
    while descriptor < most, free < files {
      if fcntl(descriptor, F_GETFD) < 0 { free += 1 }
      descriptor += 1
    }
    guard free >= files else {
      throw InputError(
        "ulimit -n", "Too many open files: of \(most) that are allowed \(free) are left, \(files) are needed",
        remedy: "raise the limit, as with 'ulimit -n 256'")
    }
  }

  private static func requireRoom() throws {
    let place = mmap(nil, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let place, place != MAP_FAILED else {
      throw InputError(
        "ulimit -v", "\(systemWords(errno)): less than \(room >> 20) MiB of address space are left",
        remedy: "raise the limit, or lift it with 'ulimit -v unlimited'")
    }
    munmap(place, room)
  }

  /// glibc gives new threads what `ulimit -s` says, be it little.
  private static func giveThreadsStacks() {
    typealias SetDefault = @convention(c) (UnsafePointer<pthread_attr_t>) -> Int32
    guard let symbol = dlsym(UnsafeMutableRawPointer(bitPattern: 0), "pthread_setattr_default_np") else { return }
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    guard pthread_attr_setstacksize(&attributes, stack) == 0 else { return }
    _ = unsafeBitCast(symbol, to: SetDefault.self)(&attributes)
  }

  /// Runs `body` on a thread of its own, to its end.
  ///
  /// - Throws: `InputError` where there is no room for the thread.
  static func onOwnStack(_ body: @escaping @Sendable () -> Int32) throws -> Int32 {
    final class Work: Sendable {
      let body: @Sendable () -> Int32
      init(_ body: @escaping @Sendable () -> Int32) { self.body = body }
    }
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, stack)
    let work = Unmanaged.passRetained(Work(body))
    var thread = pthread_t()
    let error = pthread_create(
      &thread, &attributes,
      { argument in
        guard let argument else { return nil }
        let code = Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
        return UnsafeMutableRawPointer(bitPattern: Int(code))
      }, work.toOpaque())
    guard error == 0 else {
      work.release()
      throw InputError(
        "ulimit -v", "a thread cannot be started (\(systemWords(error)))",
        remedy: "raise the limits on memory and processes")
    }
    var code: UnsafeMutableRawPointer?
    pthread_join(thread, &code)
    return Int32(truncatingIfNeeded: Int(bitPattern: code))
  }
}
