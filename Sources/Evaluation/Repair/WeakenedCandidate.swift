import Foundation

/// A candidate of which a share can be written: what lies between the base model and it.
package protocol WeakenedCandidate: Sendable {
  /// What the share is called: `a` of interpolated weights, `s` of a scaled adapter, `c` of cells that stay tuned.
  var symbol: String { get }
  /// The steps that its shares are of.
  var parts: Int { get }
  /// How the share works, for people.
  var method: String { get }
  /// Writes the checkpoint with a share of the fine-tuning into a folder that is there; the same share gives the same bytes.
  ///
  /// - Throws: `InputError` where it cannot be written.
  func write(_ share: GridShare, into folder: URL) throws
}

extension WeakenedCandidate {
  package var parts: Int { GridShare.steps }
}
