/// How a sample becomes text.
package struct PromptFormat: Sendable, Equatable {
  package enum Style: Sendable, Equatable {
    /// Pairs are plain, and conversations go through the model's own chat template.
    case automatic
    /// Everything goes through the model's chat template, a pair as a question and its answer.
    case template
    /// The prompt as it is, then the completion as it is.
    case plain
    /// `<|im_start|>role\ncontent<|im_end|>\n`; no system message but the data's own.
    case chatml
    /// Llama 3's `<|start_header_id|>role<|end_header_id|>\n\ncontent<|eot_id|>` behind `<|begin_of_text|>`; contents
    /// are trimmed.
    case llama3
    /// An explicit template over `prompt`, `messages` (`role`, `content`, and whether it is `system`, `user`,
    /// `assistant`) and `completion`, the last exactly once: loss is on it and on what follows it.
    case mustache(String)
  }

  package var style: Style
  /// Whether a completion ends with the format's end token; of `plain` and `mustache`, the tokenizer's EOS. What ends an answer in a chat
  /// template is the template's affair.
  package var endsWithEOS: Bool

  package init(_ style: Style, endsWithEOS: Bool? = nil) {
    self.style = style
    self.endsWithEOS = endsWithEOS ?? (style == .chatml || style == .llama3)
  }

  /// Whether a sample goes through the model's chat template.
  func usesTemplate(for content: SampleContent) -> Bool {
    switch (content, style) {
    case (.chat, .automatic), (.chat, .template), (.pair, .template): true
    default: false
    }
  }

  /// The tokens that a vocabulary must have for this format.
  package var markers: [String] {
    switch style {
    case .chatml: ["<|im_start|>", "<|im_end|>"]
    case .llama3: ["<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"]
    case .automatic, .template, .plain, .mustache: []
    }
  }
}
