import ChatTemplates
import Foundation

extension Subject {
  /// The default chat template that it ships: an adapter's own, or a whole model's; nil where there is none.
  ///
  /// - Throws: `InputError` where its files cannot be read.
  func ownTemplate() throws -> String? {
    let set =
      adapter == nil
      ? try ChatTemplateSet(of: checkpoint) : try ChatTemplateSet(folder: URL(fileURLWithPath: path), path: path)
    return set.entries.first?.source
  }
}
