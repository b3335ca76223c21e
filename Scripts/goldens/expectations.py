"""Token sequences and the files that hold a model's logits for them.

Used by checkpoints.py and adapters.py. Versions: see requirements.txt.

An `expected.json` holds `vocabulary` (V) and `sequences`: for each `ids`, the token ids fed, and `positions`, the last
(at most three) positions kept. `logits` names a file beside it (relative path) of little-endian fp32: V logits for
each position of each sequence, in order. `texts`, where present, pairs texts with their token ids (special tokens as
the tokenizer adds them by default).
"""

import json
import os
import pathlib

import numpy as np
import torch

# Across the borders at 64 and 128 keys, and a lone token.
LENGTHS = (1, 66, 129, 150)

TEXTS = (
    "Q: hot\nA: cold\n\nQ: deep\nA:",
    "The lighthouse at the end of the causeway",
    " leading, trailing  and\tdouble spaces \n",
    "It's 1999, they'll pay 20.50 \u20ac; caf\u00e9 is not cafe\u0301",
    "\u6771\u4eac \U0001f44d\U0001f3fd <|endoftext|>next\r\n",
    "",
)


def sequences(vocabulary: int, seed: int) -> list[list[int]]:
    random = np.random.default_rng(seed)
    return [random.integers(0, vocabulary, length).tolist() for length in LENGTHS]


@torch.no_grad()
def logits(model, ids: list[list[int]]) -> list[np.ndarray]:
    """fp32 logits at the last three positions of each sequence, one forward per sequence."""
    return [model(torch.tensor([row]), use_cache=False).logits[0, -3:].float().numpy() for row in ids]


def write(path: pathlib.Path, ids: list[list[int]], values: list[np.ndarray], same_as=None, **more) -> None:
    """Writes NAME.json and NAME.f32; with `same_as`, an .f32 that already holds the values is named instead."""
    data = b"".join(value.astype("<f4").tobytes() for value in values)
    if same_as is None:
        same_as = path.with_suffix(".f32")
        same_as.write_bytes(data)
    stored = np.frombuffer(same_as.read_bytes(), "<f4")
    difference = float(np.abs(stored - np.frombuffer(data, "<f4")).max())
    assert difference < 1e-4, f"{path}: not the same as {same_as}: {difference}"
    document = {
        "vocabulary": values[0].shape[1],
        "logits": os.path.relpath(same_as, path.parent),
        "sequences": [
            {"ids": row, "positions": list(range(max(0, len(row) - 3), len(row)))} for row in ids
        ],
        **more,
    }
    lines = ",\n".join(f" {json.dumps(key)}: {json.dumps(value)}" for key, value in document.items())
    path.write_text("{\n" + lines + "\n}\n")
