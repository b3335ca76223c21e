import Suites

/// A candidate, and what is known of its fine-tuning.
struct Candidate {
  let subject: any AskedModel
  /// What its fine-tuning chose from, by the configuration and by the checkpoint's own record.
  let labels: [String]
  /// Tasks that the fine-tuning was about.
  let related: Set<String>
  /// The shares at which the ledger says that it was judged by this baseline before.
  let earlier: [Share]
  /// Whether it says of itself that it was trained through a chat template.
  let isTrainedAsChat: Bool
}
