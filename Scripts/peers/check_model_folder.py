#!/usr/bin/env python3
"""Compares a model folder that Holdfast wrote with what `transformers` (and `peft`) make of it.

Needs Python 3.11 with torch, transformers and, for adapters, peft (see Scripts/goldens/requirements.txt). Run from the
repository's root; FOLDER is one that `holdfast train` wrote:

    python Scripts/peers/check_model_folder.py FOLDER [--adapter ADAPTER] [--requests FILE] [--expected FILE]
        [--texts FILE] [--ids FILE] [--count 200] [--tolerance 1e-3]

FOLDER is loaded with AutoModelForCausalLM and AutoTokenizer, in fp32 with eager attention. For each line of --requests ({"context",
"continuation"}) the continuation's log probability is compared with "logprob" in the same line of --expected, and its
greedy flag with "is_greedy" where the line has one; the flag may differ where the two best tokens are closer than the
tolerance. Each of the first --count lines of --texts (a JSON string) must give the ids in the same line of --ids. The
defaults are the goldens of SmolLM2, for an untrained one; "" skips a comparison.

For a model that was trained, --expected is `holdfast score --model FOLDER --requests FILE`. With --adapter the adapter
goes on top through peft, and --expected is `holdfast score --model BASE --adapter ADAPTER --requests FILE`.

Prints the figures and exits with 1 where one is off.
"""

import argparse
import json
import pathlib
import sys
import time

import torch
import transformers

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "goldens"))
import lm_scoring  # noqa: E402


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def load(folder):
    """The folder's tokenizer and model, in fp32 with eager attention, and what its weights lack or have too many."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model, loading = transformers.AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True
    )
    kinds = ("missing_keys", "unexpected_keys", "mismatched_keys")
    return tokenizer, model.eval(), {kind: sorted(loading[kind]) for kind in kinds if loading.get(kind)}


def compare(model, tokenizer, requests, expected, tolerance):
    """The largest difference of a log probability, and how many greedy flags differ: far from a tie, and at one.

    Raises ValueError where a continuation's token ids differ.
    """
    largest, flips, close = 0.0, 0, 0
    for request, golden in zip(requests, expected, strict=True):
        context, continuation = lm_scoring.encode(tokenizer, request["context"], request["continuation"])
        if golden.get("tokens") is not None and golden["tokens"] != continuation:
            raise ValueError(f"tokens differ: {request['context'][-40:]!r} + {request['continuation']!r}")
        own = lm_scoring.score(model, context, continuation)
        largest = max(largest, abs(own["logprob"] - golden["logprob"]))
        if "is_greedy" in golden and own["is_greedy"] != golden["is_greedy"]:
            if own["margin"] < tolerance:
                close += 1
            else:
                flips += 1
    return largest, flips, close


def check_scores(model, tokenizer, requests, expected, tolerance):
    try:
        largest, flips, close = compare(model, tokenizer, requests, expected, tolerance)
    except ValueError as problem:
        print(problem)
        return False
    print(
        f"scores: {len(requests)} requests, largest difference of a log probability {largest:.2e} "
        f"(allowed {tolerance:g}), greedy flags that differ {flips} (and {close} at a tie)"
    )
    return largest <= tolerance and flips == 0


def check_ids(tokenizer, texts, expected):
    wrong = [text for text, ids in zip(texts, expected) if tokenizer(text)["input_ids"] != ids]
    print(f"tokenizer: {len(texts)} texts, ids differ in {len(wrong)}")
    for text in wrong[:3]:
        print(f"  {text!r}")
    return not wrong


def main():
    goldens = "Tests/Goldens"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--adapter")
    parser.add_argument("--requests", default=f"{goldens}/smollm2/requests.jsonl")
    parser.add_argument("--expected", default=f"{goldens}/smollm2/expected.jsonl")
    parser.add_argument("--texts", default=f"{goldens}/tokenizers/corpus.jsonl")
    parser.add_argument("--ids", default=f"{goldens}/tokenizers/smollm2.ids.jsonl")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--tolerance", type=float, default=1e-3)
    options = parser.parse_args()

    torch.set_num_threads(2)
    start = time.time()
    tokenizer, model, loading = load(options.folder)
    print(
        f"transformers {transformers.__version__}: {type(model).__name__} with "
        f"{sum(p.numel() for p in model.parameters()):,} parameters, {type(tokenizer).__name__} of {len(tokenizer)} "
        f"tokens, bos {tokenizer.bos_token!r}, eos {tokenizer.eos_token!r}, pad {tokenizer.pad_token!r}, "
        f"chat template {'yes' if tokenizer.chat_template else 'no'}; generation: bos "
        f"{model.generation_config.bos_token_id}, eos {model.generation_config.eos_token_id}"
    )
    for kind, names in loading.items():
        print(f"{kind}: {names[:5]}")
    fine = not loading
    if tokenizer.chat_template:
        messages = [{"role": "user", "content": "Hello"}]
        tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    if options.adapter:
        import peft

        model = peft.PeftModel.from_pretrained(model, options.adapter).eval()
        adapted = sum(name.endswith("lora_A") for name, _ in model.named_modules())
        print(f"peft {peft.__version__}: adapter on {adapted} modules")
    if options.texts and options.ids:
        fine &= check_ids(tokenizer, lines(options.texts)[: options.count], lines(options.ids))
    if options.requests and options.expected:
        fine &= check_scores(model, tokenizer, lines(options.requests), lines(options.expected), options.tolerance)
    print(f"{'equal' if fine else 'NOT equal'} ({time.time() - start:.0f} s)")
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
