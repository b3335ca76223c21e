/// What the page's terms mean, a plain sentence each.
let pageWords: [(word: String, meaning: String)] = [
  ("base, candidate", "The model before fine-tuning, and the fine-tuned one that is judged."),
  (
    "few-shot",
    "A question with a few answered examples before it, so that the model can learn from them what is wanted."
  ),
  ("k", "How many answered examples stand before a question."),
  (
    "exact match",
    "An answer counts as right where it is the expected one, word for word, or an accepted spelling of it."
  ),
  ("point", "One of a hundred questions answered right."),
  ("drop", "How many more of a hundred questions the base answers than the candidate."),
  ("margin, limit", "The largest drop that the team allows."),
  ("bound", "What is shown of the drop: at most so much was lost, or at least so much."),
  ("95 % sure", "Of a hundred gates that say so of a candidate just at the limit, at most five are wrong."),
  ("PASS", "A loss beyond the limits is ruled out."),
  ("FAIL", "A loss beyond a limit is shown."),
  ("INCONCLUSIVE", "Neither is shown by the questions that were asked: more of them may settle it."),
  ("NOT GATEABLE", "There was no verdict at all: something was missing, or too little was asked."),
  (
    "family, task",
    "A task is one kind of question, such as past tenses; a family is a group of tasks that need the same ability."
  ),
  (
    "vote",
    "A task or family votes where the base itself is good enough at it to have something to lose, and enough was asked."
  ),
  ("block", "Questions that share the same examples; they may rise and fall together, and are counted accordingly."),
  ("share", "The part of all questions that was asked."),
  ("coverage", "How many tasks, families and blocks the verdict rests on."),
  ("few-shot gain", "What examples give the base: how much better it answers with them than without."),
  ("won", "Answers that the candidate gives and the base does not."),
  (
    "nats, logprob",
    "How probable a model finds the right answer, as a logarithm: two nats less is about a seventh as probable."
  ),
  ("block correlation", "How much questions with the same examples change together, from 0 (not at all) to 1."),
]
