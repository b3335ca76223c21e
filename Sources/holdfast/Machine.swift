import Foundation

/// The machine, in words and numbers.
enum Machine {
  /// The processor's name, from the system.
  static var processor: String {
    guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else { return "unknown processor" }
    func field(_ name: String) -> String? {
      text.split(separator: "\n").first { $0.hasPrefix(name) }?.split(separator: ":").last
        .map { $0.trimmingCharacters(in: .whitespaces) }
    }
    let name = field("model name") ?? "unknown processor"
    guard let family = field("cpu family"),
      let model = text.split(separator: "\n").first(where: { $0.hasPrefix("model\t") })
    else { return name }
    return
      "\(name) (family \(family), model \(model.split(separator: ":").last?.trimmingCharacters(in: .whitespaces) ?? "?"))"
  }

  static var memoryBytes: UInt64 { ProcessInfo.processInfo.physicalMemory }
  static var cores: Int { ProcessInfo.processInfo.activeProcessorCount }

  static var description: String {
    "\(processor), \(cores) cores, \((memoryBytes + (1 << 29)) >> 30) GiB"
  }

  /// The most memory this process has had resident, in bytes.
  static var peakResidentBytes: Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
  }
}
