import Foundation
import Testing

/// A program that is not let make network sockets ends by SIGSYS where it tries: the kernel's own filter (seccomp), set by the parent.
@Suite("Nothing leaves the machine but to a server that is named")
struct PrivacyTests {
  /// Sets the filter and becomes the program.
  private static let wrapper = """
    import ctypes, os, struct, sys
    # The system call's number, its first argument, and what ends the process where that is no Unix socket.
    number = {"x86_64": 41, "aarch64": 198}[os.uname().machine]
    # Unix sockets stay on the machine: the C library asks a local service for the name of the home folder.
    steps = [
        (0x20, 0, 0, 0), (0x15, 0, 3, number), (0x20, 0, 0, 16), (0x15, 1, 0, 1), (0x06, 0, 0, 0x80000000), (0x06, 0, 0, 0x7FFF0000),
    ]
    filters = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = struct.pack("HxxxxxxQ", len(steps), ctypes.addressof(filters))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl.argtypes = [ctypes.c_int, ctypes.c_ulong, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_ulong]
    if libc.prctl(38, 1, None, 0, 0) or libc.prctl(22, 2, program, 0, 0):
        sys.exit("no filter: " + os.strerror(ctypes.get_errno()))
    os.execv(sys.argv[1], sys.argv[1:])
    """

  private func withoutSockets(_ arguments: [String], in folder: TemporaryFolder) throws -> Finished {
    try folder.write("without_sockets.py", Self.wrapper)
    return try Running(
      arguments, in: folder, wrapper: ["python3", folder.file("without_sockets.py").path]
    ).finish()
  }

  @Test("a gate of files, its baseline, and what looks at a folder make no socket")
  func local() throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    let gate = try withoutSockets(["gate", golden("adapters/plain"), "--diagnose"], in: folder)
    #expect(gate.status == 1, "\(gate.status) \(gate.err)")
    for arguments in [["baseline", "save", "--out", "again.json"], ["report"], ["init", "--force"], ["doctor"]] {
      let finished = try withoutSockets(arguments, in: folder)
      #expect(finished.status == 0, "\(arguments): \(finished.status) \(finished.err)")
    }
  }

  @Test("one of a server's does: the filter would have ended it")
  func served() throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    try folder.writeConfiguration(
      base: "{server: 'http://127.0.0.1:9', model: m, tokenizer: \(golden("checkpoints/llama-tied"))}",
      suite: "suite")
    #expect(try withoutSockets(["gate", "http://127.0.0.1:9#m"], in: folder).status == -SIGSYS)
  }
}
