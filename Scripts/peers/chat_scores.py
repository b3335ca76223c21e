"""Compares scores of chats in a ledger with transformers: the same prompts, rendered by apply_chat_template from their turns, and answers.

    holdfast run --model models/smollm2-135m-instruct.gguf --suite suites/core --prompt chat --share 1/32 --ledger /tmp/chat.sqlite
    python3 Scripts/peers/chat_scores.py --model models/smollm2-135m-instruct.gguf --ledger /tmp/chat.sqlite

takes requests spread over the ledger, reads the turns back out of ChatML's text, renders them with transformers (what
lm-evaluation-harness does with --apply_chat_template --fewshot_as_multiturn), encodes prompt and answer as docs/chat.md says,
and prints the largest difference of a logprob; transformers computes in float64, so that what differs is ours. Exit code 1 where a text differs, or a logprob by more than 1e-4.
"""

import argparse
import pathlib
import re
import sqlite3
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

TURN = re.compile(r"<\|im_start\|>(\w+)\n(.*?)<\|im_end\|>\n", re.DOTALL)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--ledger", required=True)
    parser.add_argument("--requests", type=int, default=60)
    arguments = parser.parse_args()
    folder, file = arguments.model.parent, arguments.model.name
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=file)
    model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=file, dtype=torch.float64, attn_implementation="eager")
    rows = sqlite3.connect(arguments.ledger).execute(
        "SELECT context, continuation, logprob FROM requests JOIN scores ON scores.request_id = requests.id "
        "WHERE special_tokens = 0 ORDER BY requests.id").fetchall()
    if not rows:
        sys.exit("the ledger has no scores of chats")
    texts = greatest = apart = 0
    for context, continuation, logprob in rows[:: max(1, len(rows) // arguments.requests)][: arguments.requests]:
        messages = [{"role": role, "content": content} for role, content in TURN.findall(context)]
        rendered = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        texts += rendered != context
        own = tokenizer(context, add_special_tokens=False).input_ids
        whole = tokenizer(context + continuation, add_special_tokens=False).input_ids
        answer = whole[len(own):]
        if whole[: len(own)] != own:
            answer = tokenizer(continuation, add_special_tokens=False).input_ids
            apart += 1
        with torch.no_grad():
            logits = model(torch.tensor([own + answer])).logits[0].log_softmax(-1)
        expected = sum(logits[len(own) - 1 + i, token].item() for i, token in enumerate(answer))
        greatest = max(greatest, abs(expected - logprob))
    count = min(arguments.requests, len(rows))
    print(f"{count} requests: {texts} texts differ, {apart} answers encoded apart, greatest difference {greatest:.2e} nats")
    sys.exit(texts > 0 or greatest > 1e-4)


if __name__ == "__main__":
    main()
