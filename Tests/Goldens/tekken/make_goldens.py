"""Makes tekken.json, a tiny file in the form of Mistral's, and merges.json, the rules that join as its ranks do.

    python3 make_goldens.py

The tokens are those of ../tokenizers/gpt2.tokenizer.json: the 256 bytes in order, then what its merges make, by rank, with a few more that
lower ranks do not make of two parts. merges.json: [left, right, result] by rank, as llama.cpp's converter has it (conversion/qwen.py, bpe).
No packages needed.
"""

import base64
import json
import pathlib

FOLDER = pathlib.Path(__file__).parent


def alphabet():
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [b for b in range(256) if b not in printable]
    return {chr(b): b for b in printable} | {chr(256 + i): b for i, b in enumerate(others)}


def bpe(ranks, token, limit):
    parts = [bytes([b]) for b in token]
    while True:
        pairs = [(ranks.get(a + b, limit), i) for i, (a, b) in enumerate(zip(parts, parts[1:]))]
        rank, place = min(pairs, default=(limit, 0))
        if rank >= limit:
            return parts
        parts[place : place + 2] = [parts[place] + parts[place + 1]]


byte_of = alphabet()
model = json.loads((FOLDER / "../tokenizers/gpt2.tokenizer.json").read_text())["model"]
tokens = [bytes([b]) for b in range(256)]
for merge in model["merges"]:
    tokens.append(bytes(byte_of[c] for c in merge.replace(" ", "")))
tokens[300:300] = [b"qzqz", b"aaa", b"zzzzz"]
tokens = list(dict.fromkeys(tokens))
ranks = {token: rank for rank, token in enumerate(tokens)}
merges = []
for rank, token in enumerate(tokens):
    parts = bpe(ranks, token, rank) if len(token) > 1 else []
    if len(parts) == 2:
        merges.append([ranks[parts[0]], ranks[parts[1]], rank])
assert len(tokens) - 256 > len(merges) > 350
vocab = [{"rank": i, "token_bytes": base64.b64encode(t).decode(), "token_str": None} for i, t in enumerate(tokens)]
config = {"pattern": r"\p{L}+|\s+", "num_vocab_tokens": len(vocab), "default_vocab_size": len(vocab) + 20, "default_num_special_tokens": 24, "version": "v3"}
(FOLDER / "tekken.json").write_text(json.dumps({"config": config, "vocab": vocab}, separators=(",", ":")) + "\n")
(FOLDER / "merges.json").write_text(json.dumps([m for m in merges if m[2] < len(vocab) - 4], separators=(",", ":")) + "\n")
