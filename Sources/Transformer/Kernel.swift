import CKernels
import COpenBLAS
import Diagnostics
import Foundation

/// The instruction set that Holdfast's own kernels use in this process.
package enum Kernel: Int32, Sendable, CaseIterable {
  case portable = 0
  case avx2 = 1
  case avx512 = 2

  package static var current: Kernel { Kernel(rawValue: hf_kernel_current()) ?? .portable }
  package static var best: Kernel { Kernel(rawValue: hf_kernel_best()) ?? .portable }

  /// Uses this kernel from now on, in the whole process. Returns false where the processor cannot.
  package func select() -> Bool { hf_kernel_select(rawValue) == 0 }

  package var name: String { String(cString: hf_kernel_name(rawValue)) }

  /// Whether every processor of this architecture has the fused multiply-adds that the portable kernel is written in.
  package static var hasNativePortableKernel: Bool {
    #if arch(arm64)
      true
    #else
      false
    #endif
  }

  /// - Throws: `InputError` where HOLDFAST_KERNEL is set and names no kernel that this processor can run.
  package static func checkRequested() throws {
    guard hf_kernel_requested() < 0 else { return }
    let name = ProcessInfo.processInfo.environment["HOLDFAST_KERNEL"] ?? ""
    let usable = allCases.filter { $0.rawValue <= best.rawValue }.map(\.name).joined(separator: ", ")
    throw InputError(
      "HOLDFAST_KERNEL", "'\(name)' is no kernel of this processor",
      remedy: "leave it unset for the best one, or choose one of \(usable)")
  }
}

/// OpenBLAS's kernels by its own name; nil where it is not installed.
package var openBLASCore: String? { hf_openblas_load() == 0 ? String(cString: hf_openblas_core()) : nil }
