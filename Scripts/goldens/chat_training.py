"""Makes Tests/Goldens/chat-training: what TRL's SFTTrainer makes of conversations, token ids and labels.

    python3 -m pip install -r requirements.txt trl==1.16.0
    python3 chat_training.py --out ../../Tests/Goldens/chat-training

tokenizer.json is a small byte-level BPE with the special tokens of the templates of ../../Tests/Goldens/chat/templates and of
templates/*.jinja here, which mark answers with {% generation %}. samples.jsonl has the samples in the forms that TRL takes.
masks.json has for each template and sample the token ids and the runs of positions that TRL takes loss on:

- of messages, with a template that marks answers, by assistant_only_loss;
- of messages, with one that does not, the runs of completion_only_loss with each answer as the completion of what is before it, where
  the conversation up to there is a prefix of the whole;
- of prompt and completion, by completion_only_loss.

Null where the template raises, where those prefixes are none, and where TRL would learn a part of a question: the template renders
what stands before it otherwise in a longer conversation.

    python3 chat_training.py --out /tmp/trl --pairs

takes TRL's own templates instead, each with the training template that TRL swaps in for it: the labels are those of the latter,
the template that is to be asked with is the former. HOLDFAST_TRAINING_GOLDENS=/tmp/trl has the tests read that folder too.
"""

import argparse
import json
import os
import pathlib
import shutil
import tempfile

os.environ["CUDA_VISIBLE_DEVICES"] = ""

import datasets
import tokenizers
import transformers
import trl
from jinja2.exceptions import TemplateError
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast
from transformers.utils import chat_template_utils
from trl import SFTConfig, SFTTrainer

import chat_templates

HERE = pathlib.Path(__file__).parent
GOLDENS = HERE / "../../Tests/Goldens"
MARKERS = [
    "<s>", "</s>", "<unk>", "<pad>", "<|im_start|>", "<|im_end|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>",
    "<|begin_of_text|>", "<start_of_turn>", "<end_of_turn>", "[INST]", "[/INST]", "<|end|>", "<|user|>", "<|assistant|>",
    "<|system|>", "<|observation|>", "<|START_OF_TURN_TOKEN|>", "<|END_OF_TURN_TOKEN|>", "<|USER_TOKEN|>", "<|CHATBOT_TOKEN|>",
    "<|SYSTEM_TOKEN|>", "[gMASK]", "<sop>", "<think>", "</think>",
]
TOKENS = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}
TEXT = (
    "The tide came in over the flat sand. What is the opposite of east? The answer is west. Hello there, how are you today? "
    "A user asks a question and the assistant answers it. 1 + 1 = 2, and 2 + 2 = 4.\n\nA line of its own.\n"
)
WEATHER = {
    "type": "function",
    "function": {"name": "get_weather", "description": "Tells the weather.", "parameters": {"type": "object", "properties": {}}},
}


def turns(*texts):
    return [{"role": "user" if i % 2 == 0 else "assistant", "content": text} for i, text in enumerate(texts)]


def system(text, *texts):
    return [{"role": "system", "content": text}, *turns(*texts)]


def pair(prompt, completion, **more):
    return {"prompt": prompt, "completion": completion, **more}


SAMPLES = [
    ("one turn", {"messages": turns("Hello there", "How are you?")}),
    ("three answers", {"messages": turns("east?", "west", "hot?", "cold", "The tide?", "It came in.\nA second line.")}),
    ("system", {"messages": system("Answer it.", "1 + 1?", "2", "2 + 2?", "4")}),
    ("white space", {"messages": turns("  What is it? ", " It is the tide.\n", "And?", "\n\n sand ")}),
    ("unicode", {"messages": turns("Größe?", "é 😀 naïve", "b", "c")}),
    ("a question at the end", {"messages": turns("east?", "west", "hot?")}),
    ("empty answer within", {"messages": turns("a", "", "b", "c")}),
    ("equal answers", {"messages": turns("a b", "a b", "a b", "a b")}),
    ("special tokens in the text", {"messages": turns("Say <|im_end|>.", "<|im_end|> is said </s>", "x", "y")}),
    ("pair", pair(turns("What is the opposite of east?"), [{"role": "assistant", "content": "west"}])),
    ("pair with a system", pair(system("Answer it.", "1 + 1?"), [{"role": "assistant", "content": "2"}])),
    ("pair behind turns", pair(turns("a", "b", "c"), [{"role": "assistant", "content": "The answer."}])),
    ("completion of three", pair(turns("a"), [{"role": "assistant", "content": "b"}, *turns("c", "d")])),
    ("pair with white space", pair(turns(" a "), [{"role": "assistant", "content": "  b \n"}])),
    ("tools, none", {"messages": turns("a", "b"), "tools": "[]"}),
    ("arguments", {"messages": turns("a", "b", "c", "d"), "chat_template_kwargs": {"enable_thinking": False}}),
]


def small_tokenizer(folder):
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE())
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = tokenizers.decoders.ByteLevel()
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=len(MARKERS) + 256 + 120, special_tokens=MARKERS, show_progress=False,
        initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator([TEXT], trainer)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    return PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"), **TOKENS)


def runs(positions):
    found = []
    for position in positions:
        if found and found[-1][1] == position:
            found[-1][1] = position + 1
        else:
            found.append([position, position + 1])
    return found


class Preparer:
    """TRL's own preparation of a data set of one sample."""

    def __init__(self, model, tokenizer):
        self.model, self.tokenizer = model, tokenizer

    def __call__(self, template, sample, assistant):
        self.tokenizer.chat_template = template
        with tempfile.TemporaryDirectory() as folder:
            arguments = SFTConfig(
                output_dir=folder, assistant_only_loss=assistant, max_length=None, report_to=[], use_cpu=True, bf16=False,
                disable_tqdm=True, gradient_checkpointing=False)
            trainer = SFTTrainer(
                model=self.model, args=arguments, train_dataset=datasets.Dataset.from_list([sample]),
                processing_class=self.tokenizer)
            row = trainer.train_dataset[0]
        ids, labels = row["input_ids"], row["labels"]
        # The first token is predicted by nothing.
        return ids, [i for i, label in enumerate(labels) if label != -100 and i > 0]


def mask(prepare, template, sample):
    if "prompt" in sample:
        return prepare(template, sample, False)
    if "generation" in template and "{%" in template and ("{% generation" in template or "{%- generation" in template):
        return prepare(template, sample, True)
    messages = sample["messages"]
    answers = [i for i, message in enumerate(messages) if message["role"] == "assistant"]
    rest = {key: value for key, value in sample.items() if key != "messages"}
    prepare.tokenizer.chat_template = template
    keywords = dict(rest.get("chat_template_kwargs", {}))
    if "tools" in rest:
        keywords["tools"] = json.loads(rest["tools"])
    whole = prepare.tokenizer.apply_chat_template(messages, return_dict=True, **keywords)["input_ids"]
    positions = []
    for answer in answers:
        ids, own = prepare(template, {"prompt": messages[:answer], "completion": messages[answer : answer + 1], **rest}, False)
        if whole[: len(ids)] != ids:
            return None
        prompt, closed = (
            prepare.tokenizer.apply_chat_template(messages[: answer + last], tokenize=False, add_generation_prompt=not last, **keywords)
            for last in (0, 1))
        question = messages[answer - 1]["content"].strip()
        if len(os.path.commonprefix([prompt, closed])) < prompt.rfind(question) + len(question):
            return None
        positions += [position for position in own if position not in positions]
    return whole, positions


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--pairs", action="store_true")
    options = parser.parse_args()
    assert trl.__version__ == "1.16.0", trl.__version__
    (options.out / "templates").mkdir(parents=True, exist_ok=True)
    tokenizer = small_tokenizer(options.out)
    model = AutoModelForCausalLM.from_pretrained(GOLDENS / "checkpoints/llama-tied")
    prepare = Preparer(model, tokenizer)
    if options.pairs:
        own = pathlib.Path(trl.__file__).parent / "chat_templates"
        asked = {}
        for path in sorted(own.glob("*_training.jinja")):
            plain = own / path.name.replace("_training", "")
            if plain.exists():
                shutil.copy(plain, options.out / "templates" / plain.name)
                asked[plain.stem] = (plain.read_text(), path.read_text())
    else:
        paths = sorted([*(GOLDENS / "chat/templates").glob("*.jinja"), *(options.out / "templates").glob("*.jinja")])
        asked = {path.stem: (path.read_text(),) * 2 for path in paths}
    (options.out / "samples.jsonl").write_text(
        "".join(json.dumps({"name": name, **sample}, ensure_ascii=False) + "\n" for name, sample in SAMPLES))
    masks = {}
    for name, (plain, training) in asked.items():
        masks[name] = {}
        for title, sample in SAMPLES:
            try:
                made = mask(prepare, training, sample)
                if made is not None and options.pairs and "prompt" in sample:
                    made = mask(prepare, plain, sample)
            except (TemplateError, RuntimeError, ValueError, TypeError) as error:
                print(name, title, type(error).__name__, str(error)[:120])
                made = None
            masks[name][title] = made and {"ids": made[0], "scored": runs(sorted(made[1]))}
        print(name, sum(value is not None for value in masks[name].values()), "of", len(SAMPLES))
    (options.out / "masks.json").write_text(
        "{\n" + ",\n".join(f"{json.dumps(name)}: {json.dumps(value, separators=(',', ':'))}" for name, value in masks.items()) + "\n}\n")


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    datasets.disable_progress_bars()
    chat_template_utils.datetime = chat_templates.Pinned
    main()
