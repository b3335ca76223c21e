"""Compares scores of chats in a ledger with lm-evaluation-harness: --apply_chat_template --fewshot_as_multiturn on the same items and weights.

    holdfast run --model models/smollm2-135m-instruct.gguf --suite suites/core --prompt chat --share 1/32 --ledger /tmp/chat.sqlite
    python3 Scripts/peers/lm_eval_chat.py --model models/smollm2-135m-instruct.gguf --ledger /tmp/chat.sqlite

makes a task of lm-eval's for each of some requests that are spread over the ledger, whose items are read back out of ChatML's text:
its few-shot samples are the demonstrations, its document is the question. The text that lm-eval renders has to be the context that was
scored; then its model (HFLM, in float64) scores the same token ids. Prints how many texts differ, the largest difference of a
logprob, and, for comparison, how many requests get other token ids from lm-eval's own encoding, which moves the line break behind the
header into the answer. Exit code 1 where a text differs, or a logprob by more than 1e-4.
"""

import argparse
import pathlib
import re
import sqlite3
import sys

import datasets
import torch
from lm_eval.api.task import ConfigurableTask
from lm_eval.models.huggingface import HFLM
from transformers import AutoModelForCausalLM, AutoTokenizer

TURN = re.compile(r"<\|im_start\|>(\w+)\n(.*?)<\|im_end\|>\n", re.DOTALL)


def rendered(model, turns, answer):
    """The context and continuation that lm-eval makes of demonstrations and a question."""
    pairs = [{"q": turns[i], "a": turns[i + 1]} for i in range(0, len(turns) - 1, 2)]
    document = {"q": turns[-1], "a": answer}
    task = ConfigurableTask(config={
        "task": "one", "output_type": "loglikelihood", "doc_to_text": lambda d: d["q"], "doc_to_target": lambda d: d["a"],
        "custom_dataset": lambda **_: {"test": datasets.Dataset.from_list([document])}, "test_split": "test",
        "num_fewshot": len(pairs), "fewshot_config": {"sampler": "first_n", "samples": pairs}})
    task.build_all_requests(
        apply_chat_template=True, fewshot_as_multiturn=True, chat_template=model.apply_chat_template, tokenizer_name="one")
    return task.instances[0].args


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--ledger", required=True)
    parser.add_argument("--requests", type=int, default=60)
    arguments = parser.parse_args()
    folder, file = arguments.model.parent, arguments.model.name
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=file)
    weights = AutoModelForCausalLM.from_pretrained(folder, gguf_file=file, dtype=torch.float64, attn_implementation="eager")
    model = HFLM(pretrained=weights, tokenizer=tokenizer, device="cpu", batch_size=1)
    rows = sqlite3.connect(arguments.ledger).execute(
        "SELECT context, continuation, logprob FROM requests JOIN scores ON scores.request_id = requests.id "
        "WHERE special_tokens = 0 ORDER BY requests.id").fetchall()
    if not rows:
        sys.exit("the ledger has no scores of chats")
    texts = greatest = moved = 0
    sample = rows[:: max(1, len(rows) // arguments.requests)][: arguments.requests]
    for context, continuation, logprob in sample:
        turns = [content for role, content in TURN.findall(context) if role != "system"]
        text, answer = rendered(model, turns, continuation)
        texts += (text, answer) != (context, continuation)
        own = tokenizer(context, add_special_tokens=False).input_ids
        whole = tokenizer(context + continuation, add_special_tokens=False).input_ids
        target = whole[len(own):] if whole[: len(own)] == own else tokenizer(continuation, add_special_tokens=False).input_ids
        moved += model._encode_pair(context, continuation) != (own, target)
        (expected, _), = model._loglikelihood_tokens([((context, continuation), own, target)], disable_tqdm=True)
        greatest = max(greatest, abs(expected - logprob))
    print(f"{len(sample)} requests: {texts} texts differ, greatest difference {greatest:.2e} nats, "
          f"{moved} have other token ids by lm-eval's own encoding")
    sys.exit(texts > 0 or greatest > 1e-4)


if __name__ == "__main__":
    main()
