import Diagnostics
import Dispatch
import Reading
import Suites
import Synchronization

/// Looks for a suite in data files, by the five checks.
package struct OverlapScan: Sendable {
  private let index: SuiteIndex
  private let files: [String]
  private let streams: Bool
  private let threads: Int

  /// - Parameters:
  ///   - files: JSONL, JSON, CSV or plain text, also compressed; one that is named twice is read once.
  ///   - streams: whether pipes will do, such as a shell's <(zcat data.jsonl.gz).
  package init(suite: Suite, files: [String], streams: Bool = false, threads: Int) {
    self.streams = streams
    index = SuiteIndex(suite)
    var seen: Set<String> = []
    self.files = files.filter { seen.insert($0).inserted }
    self.threads = max(1, threads)
  }

  /// Reads every file once, in pieces, some at a time.
  ///
  /// - Parameter progress: called now and then, by any thread, with the bytes taken in so far.
  /// - Returns: the same whatever the number of threads.
  /// - Throws: `InputError` for the first thing in the order of the data that cannot be read.
  package func run(progress: (@Sendable (Int) -> Void)? = nil) throws -> OverlapReport {
    let feed = Mutex(BatchFeed(files, streams: streams))
    let total = Mutex(ScanTotal())
    DispatchQueue.concurrentPerform(iterations: threads) { _ in
      let scanner = RecordScanner(index)
      while let (number, batch, bytes) = feed.withLock({ $0.next() }) {
        do {
          try scanner.scan(batch)
          progress?(bytes)
        } catch {
          feed.withLock { $0.stop(number, error) }
        }
      }
      let (findings, tallies) = (scanner.findings, scanner.tallies)
      total.withLock { $0.merge(findings, tallies) }
    }
    let (failure, formats) = feed.withLock { ($0.failure, $0.formats) }
    if let failure { throw failure }
    return total.withLock { ReportBuilder(index, files, formats, $0).report() }
  }
}

/// What all threads found.
struct ScanTotal: Sendable {
  private(set) var findings = FindingStore()
  private(set) var tallies: [Int: FileTally] = [:]

  mutating func merge(_ findings: FindingStore, _ tallies: [Int: FileTally]) {
    self.findings.merge(findings)
    for (file, tally) in tallies { self.tallies[file, default: FileTally()].merge(tally) }
  }

  /// Findings that only the whole can tell.
  mutating func add(
    _ check: OverlapCheck, _ subject: Int, at place: RecordPlace, score: Double, _ texts: (data: String, suite: String)
  ) {
    findings.add(check, subject, at: place, score: score, suiteText: texts.suite) { texts.data }
  }
}

/// Hands out the files' batches in order.
private final class BatchFeed {
  private let files: [String]
  private let streams: Bool
  private var file = -1
  private var cutter: (any BatchCutter)?
  private var number = 0
  private var bytes = 0
  private var failedNumber = Int.max
  private(set) var failure: (any Error)?
  private(set) var formats: [DataFormat] = []

  init(_ files: [String], streams: Bool) { (self.files, self.streams) = (files, streams) }

  /// The next batch with its number and the bytes handed out; nil when there are no more or something is wrong.
  func next() -> (number: Int, batch: DataBatch, bytes: Int)? {
    guard failure == nil else { return nil }
    do {
      while true {
        if let batch = try cutter?.next() {
          number += 1
          bytes += batch.bytes.count
          return (number, batch, bytes)
        }
        file += 1
        guard file < files.count else {
          file = files.count - 1
          cutter = nil
          return nil
        }
        try open()
      }
    } catch {
      stop(number + 1, error)
      return nil
    }
  }

  /// Every batch before the one that fails has been handed out, so that of several failures the first is known.
  func stop(_ number: Int, _ error: any Error) {
    guard number < failedNumber else { return }
    failedNumber = number
    failure = error
  }

  private func open() throws {
    let source = try FileSource(try InputFile(files[file], streams: streams))
    guard !source.buffer.isEmpty else {
      throw InputError(files[file], "the data file is empty", remedy: "leave it out, or write samples to it")
    }
    let format = try DataFormat.detect(files[file], head: Array(source.buffer.prefix(1 << 16)))
    formats.append(format)
    cutter =
      switch format {
      case .jsonl: LineCutter(source, file: file, isText: false)
      case .json: try ValueCutter(source, file: file)
      case .csv: try TableCutter(source, file: file)
      case .text: LineCutter(source, file: file, isText: true)
      }
  }
}
