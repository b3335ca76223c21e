import Gating
import Suites

extension CandidateAsking {
  /// The same, asking a candidate through the chat template that it ships; unchanged where it ships none, or the baseline's.
  ///
  /// - Throws: `InputError` where that template cannot be read, or refuses a short chat.
  func throughOwnTemplate(of subject: any AskedModel) throws -> CandidateAsking {
    guard let chat = run.suite.chat?.description, let own = try subject.ownChat(like: chat), !own.hasTemplate(of: chat)
    else { return self }
    var asking = self
    asking.run = try run.with(suite: run.suite.asked(as: own, path: subject.path))
    return asking
  }

  /// Whether the candidate is asked through another template than the baseline was: its own.
  var isAskedItsOwnWay: Bool { run.suite.chat?.description.templateHash != baseline.run.chat?.templateHash }

  /// What is to be said of how a candidate is asked.
  func chatNotes(_ candidate: Candidate) throws -> [Note] {
    guard let chat = run.suite.chat?.description else {
      if candidate.isTrainedAsChat {
        return [
          Note(
            .warning,
            "it was trained through a chat template and is asked raw text, where less of a loss may show: gate it with prompt: chat"
          )
        ]
      }
      // A template that cannot be read matters to nobody who is asked raw text.
      let hasTemplate = (try? candidate.subject.ownTemplate()) ?? nil
      return hasTemplate == nil
        ? []
        : [Note(.note, "it is asked raw text, although it has a chat template; prompt: chat asks it as its users do")]
    }
    return try chat.templateNote(path: candidate.subject.path).map { [Note(.note, $0)] } ?? []
  }
}
