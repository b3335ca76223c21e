import Diagnostics
import Foundation
import Synchronization

/// Another program, run to its end, or stopped where the work in hand is to end before.
enum ChildProcess {
  /// - Parameters:
  ///   - command: a program, looked up on the path, and its arguments.
  ///   - showOutput: whether its standard output is seen on our standard error; ours is for results.
  /// - Returns: the exit code, 127 where there is no such program, and what it wrote to standard error.
  /// - Throws: `Interrupted`; the program has ended then too.
  static func run(_ command: [String], showOutput: Bool) throws -> (status: Int32, errors: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    let errors = Pipe()
    process.standardError = errors
    process.standardOutput = showOutput ? FileHandle.standardError : FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    do { try process.run() } catch {
      throw InputError(
        command.first ?? "", "cannot be started (\(systemWords(error)))", remedy: "install Python 3 with pip")
    }
    let text = Mutex(Data())
    let reading = DispatchGroup()
    DispatchQueue.global().async(group: reading) {
      let all = errors.fileHandleForReading.readDataToEndOfFile()
      text.withLock { $0 = all }
    }
    var interruption: (any Error)?
    while process.isRunning {
      Thread.sleep(forTimeInterval: 0.02)
      do { try Interruption.check() } catch {
        interruption = error
        end(process)
      }
    }
    if let interruption { throw interruption }
    reading.wait()
    return (process.terminationStatus, text.withLock { String(decoding: $0, as: UTF8.self) })
  }

  private static func end(_ process: Process) {
    process.terminate()
    for _ in 0..<100 where process.isRunning { Thread.sleep(forTimeInterval: 0.02) }
    // It may have been started with the signal blocked.
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
  }
}
