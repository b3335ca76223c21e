import Foundation
import Overlap
import Testing

/// Short items, such as the forms of a dialogue hide best.
private let short = suite(
  task(
    items: [
      item("east", "east", "west"), item("France", "France", "Paris"), item("sum", "12 + 7", "19"),
      item("dog", "dog", "dogs"), item("go", "go", "went"), item("hot", "hot", "cold"),
    ]))

private let question = "What is the opposite of east?"

@Suite("Dialogues that are one text")
struct RenderedChatTests {
  private func found(_ texts: String...) throws -> [String] {
    let lines = try texts.map { String(decoding: try JSONEncoder().encode(["text": $0]), as: UTF8.self) + "\n" }
    return try scan(short, "a.jsonl", lines.joined()).contaminated
  }

  @Test(
    "a short item is found as what is asked and answered in every template",
    arguments: [
      "<|im_start|>user\n\(question)<|im_end|>\n<|im_start|>assistant\nwest<|im_end|>\n",
      "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user<|im_sep|>\(question)<|im_end|><|im_start|>assistant<|im_sep|>west<|im_end|>",
      "<|im_start|>user\n\(question)<|im_end|>\n<|im_start|>assistant\n<think>\nEast, so west.\n</think>\n\nwest<|im_end|>",
      "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\n\(question)<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nwest<|eot_id|>",
      "<|header_start|>user<|header_end|>\n\n\(question)<|eot|><|header_start|>assistant<|header_end|>\n\nwest<|eot|>",
      "<bos><start_of_turn>user\n\(question)<end_of_turn>\n<start_of_turn>model\nwest<end_of_turn>\n",
      "<s>[INST] \(question) [/INST] west </s>",
      "<s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\n\(question) [/INST] west </s><s>[INST] And now? [/INST] Nothing. </s>",
      "[SYSTEM_PROMPT]Be brief.[/SYSTEM_PROMPT][INST]\(question)[/INST]west</s>",
      "<|user|>\n\(question)<|end|>\n<|assistant|>\nwest<|end|>\n",
      "<|system|>\nBe brief.</s>\n<|user|>\n\(question)</s>\n<|assistant|>\nwest</s>",
      "<|prompter|>\(question)<|endoftext|><|assistant|>west<|endoftext|>",
      "<｜begin▁of▁sentence｜><｜User｜>\(question)<｜Assistant｜>west<｜end▁of▁sentence｜>",
      "<|START_OF_TURN_TOKEN|><|USER_TOKEN|>\(question)<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>west<|END_OF_TURN_TOKEN|>",
      "<|start_of_role|>user<|end_of_role|>\(question)<|end_of_text|>\n<|start_of_role|>assistant<|end_of_role|>west<|end_of_text|>",
      "<|start|>user<|message|>\(question)<|end|><|start|>assistant<|channel|>final<|message|>west<|return|>",
      "<|im_user|>user<|im_middle|>\(question)<|im_end|><|im_assistant|>assistant<|im_middle|>west<|im_end|>",
      "GPT4 Correct User: \(question)<|end_of_turn|>GPT4 Correct Assistant: west<|end_of_turn|>",
      "A chat between a curious user and an assistant. USER: \(question) ASSISTANT: west</s>",
      "USER: \(question)\nASSISTANT: west",
      "\n\nHuman: \(question)\n\nAssistant: west",
      "### Human: \(question)### Assistant: west",
      "### Human: \(question) ### Assistant: west### Human: And now?### Assistant: Nothing.",
      "Below is an instruction that describes a task.\n\n### Instruction:\n\(question)\n\n### Response:\nwest",
      "### Instruction:\nGive the opposite of the word.\n\n### Input:\neast\n\n### Response:\nwest\n\n### End",
      "### Instruction\n\(question)\n### Response\nwest",
      "### System:\nBe brief.\n\n### User:\n\(question)\n\n### Assistant:\nwest",
      "Question: \(question)\nAnswer: west", "Question: \(question) Answer: west", "Q: \(question) A: west.",
      "**Question 3:** \(question)\n\n**Answer:** West\nBecause it is.",
      "<human>: \(question)\n<bot>: west", "<question>\(question)</question><answer>west</answer>",
      "user\n\(question)\nassistant\nwest", "\(question) west", "\(question)\n\nWest.",
      "User: \(question)\n\nAssistant: The opposite of east is west.",
      "Word: east\nLabel: west",
      "<bos><|turn>user\n\(question)<turn|>\n<|turn>model\n<|channel>thought\nAcross.<channel|>west<turn|>\n",
      "<|START_OF_TURN_TOKEN|><|USER_TOKEN|>\(question)<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|><|START_THINKING|>East.<|END_THINKING|><|START_RESPONSE|>west<|END_RESPONSE|><|END_OF_TURN_TOKEN|>",
      "<|START_OF_TURN_TOKEN|><|USER_TOKEN|><|START_TEXT|>\(question)<|END_TEXT|><|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|><|START_TEXT|>west<|END_TEXT|><|END_OF_TURN_TOKEN|>",
      "<SPECIAL_10>System\n\n<SPECIAL_11>User\n\(question)\n<SPECIAL_11>Assistant\nwest\n<SPECIAL_12>",
      "<extra_id_0>System\n\n<extra_id_1>User\n\(question)\n<extra_id_1>Assistant\nwest\n",
      "<seed:bos>user\n\(question)<seed:eos><seed:bos>assistant\nwest<seed:eos>",
      "<|user_start|>\(question)<|user_end|><|assistant_start|>west<|assistant_end|>",
      "<|begin_user|>\n\(question)<|end|>\n<|begin_assistant|>\nwest<|end|>",
      "<|begin|>user<|content|>\(question)<|end|><|begin|>assistant<|content|>west<|end|>",
      "<s>user<|role_sep|>\n\(question)<|message_sep|>\n\nassistant<|role_sep|>\nwest<|message_sep|>\n\n",
      "<role>SYSTEM</role>Brief.<|role_end|><role>HUMAN</role>\(question)<|role_end|><role>ASSISTANT</role>west<|role_end|>",
      "<｜hy_begin▁of▁sentence｜><｜hy_User｜>\(question)<｜hy_Assistant｜>west<｜hy_place▁holder▁no▁2｜>",
      "<beginning_of_sentence>user name=user\n\(question)<end_of_sentence>\n<beginning_of_sentence>ai name=MiniMax AI\nwest<end_of_sentence>\n",
      "]~!b[]~b]system\nBrief.[e~[\n]~b]user\n\(question)[e~[\n]~b]ai\nwest[e~[\n",
      "<reserved_106>\(question)<reserved_107>west", "<s>Human: \(question)\n\nAssistant: </s>west</s>",
      "问：\(question)\n答：west", "用户：\(question)\n助手：west", "<|image|>\(question) west",
      "<p>\(question)</p><p>West</p>", "<b>\(question)</b><br/>west", "east&nbsp;&#39;west&#39;",
      "<table><tr><td>east</td><td>west</td></tr></table>",
    ] as [String])
  func templates(text: String) throws {
    #expect(try found(text) == ["east"])
  }

  @Test("an exchange is found among others, each question with its own answer")
  func exchanges() throws {
    func dialogue(_ turns: (String, String)...) -> String {
      turns.map { "<|im_start|>user\n\($0)<|im_end|>\n<|im_start|>assistant\n\($1)<|im_end|>\n" }.joined()
    }
    let capital = "What is the capital of France?"
    #expect(try found(dialogue(("Hello", "Hi"), (capital, "Paris"), ("Thanks", "west"))) == ["France"])
    #expect(try found(dialogue((question, "Paris"), (capital, "west"))) == [])
  }

  @Test("a prompt that is rendered beside its completion is its question; special tokens are no part of an answer")
  func prompts() throws {
    for (prompt, completion) in [
      ("### Instruction:\n\(question)\n\n### Response:\n", "west"), (question, " west<|im_end|>"),
      ("<|im_start|>user\n\(question)<|im_end|>\n<|im_start|>assistant\n", "west<|im_end|>\n"),
      ("Human: Hello\n\nAssistant: Hi\n\nHuman: \(question)\n\nAssistant:", " west</s>"), (question, "Answer: west"),
      ("[INST] \(question) [/INST]", "<|assistant|>west"), (question, "A compass has four points.\n#### west"),
      (question, "A compass has four points.\n\nWest."),
      (question, "West. It lies across from it on a compass, as every sailor has known."),
    ] {
      #expect(try scan(short, "a.jsonl", try pair(prompt, completion)).contaminated == ["east"], "\(prompt)")
    }
  }

  @Test("an answer may be a sentence that says nothing else")
  func sentences() throws {
    for answer in [
      "The opposite of east is west.", "It is west.", "West is the opposite of east", "The answer is west!",
      "It's west. On a compass the two lie across from each other.", "The direction opposite to east is west.",
    ] {
      #expect(try scan(short, "a.jsonl", try pair(question, answer)).contaminated == ["east"], "\(answer)")
    }
    let capital = "Can you tell me the capital of France?"
    let city = "Paris is the capital city of France."
    #expect(try scan(short, "a.jsonl", try pair(capital, city)).contaminated == ["France"])
    #expect(try scan(short, "a.jsonl", try pair("What is 12 + 7?", "12 + 7 is 19.")).contaminated == ["sum"])
  }

  @Test("other questions with the same words are not the item")
  func innocent() throws {
    for (prompt, answer) in [
      ("Where did you go?", "I went home."), ("How did it go?", "It went well."), ("Is it hot?", "It is cold."),
      ("What does a dog eat?", "A dog is a carnivore; dogs eat meat."), ("Is a dog a pet?", "Yes, dogs are pets."),
      ("Is it hot or cold outside?", "It is cold."), ("What is 13 + 6?", "19"), ("What is 15 + 4?", "It is 19."),
      ("How is the weather in the east?", "The east is dry and the west is wet."),
      ("Is that the way east?", "You see the old mill there.\nIt stands in the\nwest"),
      ("Which wind blows in the east?", "The west wind, mostly, and now and then one from the north."),
      ("Is the sky in the morning hot?\nHot/cold", "Cold"), ("Where is it?\nOPTIONS:\n- east\n- west", "west"),
      ("Is it hot or cold?", "cold"),
    ] {
      #expect(try scan(short, "a.jsonl", try pair(prompt, answer)).contaminated == [], "\(prompt) \(answer)")
    }
    for text in [
      "They rode east for a week. Then the road turned: west, they said, lay home.",
      "East: the door to the garden.\nWest: the stable.", "Where did they go? Nobody knew; they went by night.",
      "He asked: was it east or west? The old man pointed west.", "The user: a dog. The model: two dogs.",
      "n == 1 ? dog : dogs", "East/West", "Turn east or west: east/west?", "- east\n- west", "* hot\n* cold",
      "Note: hot days, cold nights.\nAnswer: none.", "<b>east</b> <i>west</i> [1] #hot #cold",
    ] {
      #expect(try found(text) == [], "\(text)")
    }
  }

  @Test("in a text file an exchange goes over the empty lines between its parts")
  func textFile() throws {
    let alpaca = "### Instruction:\n\(question)\n\n### Response:\nwest\n\n"
    let report = try scan(short, "a.txt", "First of all.\n\n\(alpaca)And now for another thing.\n\nThe end.\n")
    #expect(report.contaminated == ["east"])
    #expect(report.files.map(\.records) == [4])
    #expect(report.of(.containedPair).map(\.place.line) == [3])
    #expect(try scan(short, "a.txt", "Human: \(question)\n\nAssistant:\n\nWest\n").contaminated == ["east"])
    let llama = ["user": question, "assistant": "west"].sorted { $0.key > $1.key }.map {
      "<|start_header_id|>\($0.key)<|end_header_id|>\n\n\($0.value)<|eot_id|>"
    }
    let two = try scan(short, "a.txt", "<|begin_of_text|>\(llama.joined())\n\n<|begin_of_text|>Hello.\n")
    #expect(two.contaminated == ["east"])
    #expect(two.files.map(\.records) == [2])
  }
}
