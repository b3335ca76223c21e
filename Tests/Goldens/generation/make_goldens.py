"""Makes greedy.json: what transformers' greedy `generate` gives for the tiny checkpoints in ../checkpoints.

    python3 make_goldens.py

fp32, eager attention, its own key-value cache. `margin` is the least distance between the two highest logits along the way: an engine
that is off by less must give the same tokens.
"""

import json
import pathlib

import numpy as np
import torch
from transformers import AutoModelForCausalLM

HERE = pathlib.Path(__file__).parent
MODELS = ["llama-tied", "llama-untied", "llama-f16"]
LENGTHS = [1, 2, 17, 63, 64, 65, 100, 130]
TOKENS = 96


def main() -> None:
    cases = []
    for name in MODELS:
        model = AutoModelForCausalLM.from_pretrained(
            HERE.parent / "checkpoints" / name, dtype=torch.float32, attn_implementation="eager"
        ).eval()
        generator = np.random.default_rng(20251122)
        for length in LENGTHS:
            prompt = generator.integers(1, model.config.vocab_size, length).tolist()
            out = model.generate(
                torch.tensor([prompt]),
                attention_mask=torch.ones(1, length, dtype=torch.long),
                do_sample=False,
                max_new_tokens=TOKENS,
                eos_token_id=None,
                pad_token_id=0,
                output_logits=True,
                return_dict_in_generate=True,
            )
            top = torch.stack([row[0].topk(2).values for row in out.logits])
            cases.append(
                {
                    "model": name,
                    "prompt": prompt,
                    "tokens": out.sequences[0, length:].tolist(),
                    "margin": float((top[:, 0] - top[:, 1]).min()),
                }
            )
    lines = ",\n".join(" " + json.dumps(case) for case in cases)
    (HERE / "greedy.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
