"""Makes Tests/Goldens/sentencepiece: tiny SentencePiece models, and what it and `tokenizers` make of Unigram vocabularies.

    python3 Scripts/goldens/make_sentencepiece_goldens.py Tests/Goldens/sentencepiece

unigram.model and bpe.model are trained here, by the sentencepiece package, on Tests/Goldens/tokenizers/corpus.jsonl; models.json holds
what their own protobuf classes read in them. unigram.json: vocabularies and the ids that `models.Unigram` gives texts; texts through
`normalizers.Precompiled` with unigram.model's map; texts in the normal forms. ids.json: texts, and their ids by
sentencepiece with unigram.model. Packages: Scripts/goldens/requirements.txt.
"""

import argparse
import base64
import contextlib
import json
import pathlib
import random
import tempfile

import sentencepiece
from sentencepiece import sentencepiece_model_pb2 as protobuf
from tokenizers import models, normalizers

CORPUS = pathlib.Path(__file__).resolve().parents[2] / "Tests/Goldens/tokenizers/corpus.jsonl"
# What is replaced by what, as code points: single characters, sequences, characters within graphemes, and to nothing.
RULES = {"ﬁ": "fi", "Ａ": "A", "ａ": "a", "１": "1", "\u3000": " ", "\u200b": "", "e\u0301": "é", "か\u3099": "が", "½": "1⁄2", "…": "..."}
RULES |= {"\u00a0": " ", "\t": " ", "㍿": "株式会社", "́": "´", "👍": "+1", "x\u0300\u0301": "X"}


def train(kind, texts):
    """In the current folder: a model names the files that it was made with."""
    rules = pathlib.Path("rules.tsv")
    lines = [" ".join(f"{ord(c):X}" for c in k) + "\t" + " ".join(f"{ord(c):X}" for c in v) for k, v in RULES.items()]
    rules.write_text("\n".join(lines) + "\n")
    own = {"normalization_rule_tsv": str(rules)} if kind == "unigram" else {"normalization_rule_name": "identity"}
    if kind == "bpe":
        own |= {"user_defined_symbols": ["<mask>", "  "], "add_dummy_prefix": False, "remove_extra_whitespaces": False, "pad_id": 3}
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts), model_prefix=kind, model_type=kind, vocab_size=700, byte_fallback=True,
        character_coverage=0.98, minloglevel=2, num_threads=1, **own,
    )
    return pathlib.Path(f"{kind}.model").read_bytes()


def described(data):
    model = protobuf.ModelProto()
    model.ParseFromString(data)
    trainer, normalizer = model.trainer_spec, model.normalizer_spec
    return {
        "pieces": [[p.piece, p.score, p.type] for p in model.pieces],
        "model_type": trainer.model_type, "byte_fallback": trainer.byte_fallback, "unk_id": trainer.unk_id,
        "bos_id": trainer.bos_id, "eos_id": trainer.eos_id, "pad_id": trainer.pad_id,
        "add_dummy_prefix": normalizer.add_dummy_prefix, "escape_whitespaces": normalizer.escape_whitespaces,
        "remove_extra_whitespaces": normalizer.remove_extra_whitespaces, "charsmap_bytes": len(normalizer.precompiled_charsmap),
    }  # fmt: skip


def unigram(pieces, unknown, falls_back, texts):
    model = models.Unigram([tuple(piece) for piece in pieces], unk_id=unknown, byte_fallback=falls_back)
    cases = [[text, [token.id for token in model.tokenize(text)]] for text in dict.fromkeys(texts)]
    return {"pieces": pieces, "unknown": unknown, "byte_fallback": falls_back, "cases": cases}


def vocabularies(rng, trained, corpus):
    bytes_ = [[f"<0x{b:02X}>", -20.0] for b in range(256)]
    corpus = [text.replace(" ", "▁") for text in corpus if text]
    yield unigram(trained, 0, True, rng.sample(corpus, 120) + ["<unk>", "<unk>♞", "♞<unk>", "a♞♞b", "▁" * 9, "<0x41>"])
    few = [["<unk>", 0.0], ["a", -1.0], ["b", -1.0], ["ab", -2.0], ["ba", -2.0], ["aba", -3.0], ["é", -4.0], ["<unk>x", -9.0]]
    texts = ["".join(rng.choices("aabbcéx♞", k=rng.randint(1, 14))) for _ in range(80)] + ["<unk>", "<unk>x", "c<unk>", "é́"]
    yield unigram(few, 0, False, texts)
    yield unigram(few + bytes_, 0, True, texts)
    yield unigram(few + bytes_[:250], 0, True, texts)
    for _ in range(6):
        names = {"".join(rng.choices("abc", k=rng.randint(1, 4))) for _ in range(30)}
        pieces = [["?", -3.0]] + [[name, -rng.randint(0, 12) / 4] for name in sorted(names)] + [["ab", -0.5], ["abc", -2.25]]
        texts = ["".join(rng.choices("abcd", (5, 5, 5, 1), k=rng.randint(1, 30))) for _ in range(25)]
        yield unigram(pieces, 0, False, texts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    out = parser.parse_args().out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    rng = random.Random(20_251_126)
    corpus = [json.loads(line) for line in CORPUS.read_text().splitlines()]
    described_models = {}
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for kind in ("unigram", "bpe"):
            data = train(kind, [text for text in corpus if text.strip() and max(text) < "\u017f"])
            (out / f"{kind}.model").write_bytes(data)
            described_models[kind] = described(data)
    (out / "models.json").write_text(json.dumps(described_models, separators=(",", ":")) + "\n")

    model = protobuf.ModelProto()
    model.ParseFromString((out / "unigram.model").read_bytes())
    processor = sentencepiece.SentencePieceProcessor(model_file=str(out / "unigram.model"))
    own = [text for text in corpus if "<" not in text and "\0" not in text]
    keys = list(RULES) + ["a", "e", " ", "  ", "か", "x", "\u0300", "\u0301", "\u3099", "日本", "\r\n", "the ships", "▁", "0", "00", "000", ","]
    draw = random.Random(13)
    texts = draw.sample(own, 150) + ["".join(draw.choices(keys, k=draw.randint(1, 9))) for _ in range(250)] + ["the " * 3_000]
    cases = [[text, processor.encode(text)] for text in dict.fromkeys(texts)]
    (out / "ids.json").write_text(json.dumps(cases, separators=(",", ":")) + "\n")
    charsmap = model.normalizer_spec.precompiled_charsmap
    precompiled = normalizers.Precompiled(charsmap)
    keys = list(RULES) + ["a", "e", "か", "x", "\u0300", "\u0301", "\u3099", "👍🏽", "👩‍👍", "日本", " ", "\r\n", "한", "नि", "\0"]
    texts = ["", "x\u0300", "e\u0301\u0301", "か\u3099\u3099", "👍🏽"] + rng.sample(corpus, 60)
    texts += ["".join(rng.choices(keys, k=rng.randint(1, 6))) for _ in range(300)]
    mapped = [[text, precompiled.normalize_str(text)] for text in dict.fromkeys(texts)]

    forms = [normalizers.NFC(), normalizers.NFD(), normalizers.NFKC(), normalizers.NFKD()]
    scalars = [c for c in range(0xA0, 0x2FA20) if not 0xD800 <= c < 0xE000]
    changed = [chr(c) for c in scalars if forms[3].normalize_str(chr(c)) != chr(c) and not 0xAC00 <= c < 0xD7A4]
    marks = [chr(c) for c in range(0x300, 0x370)] + list("\u0323\u3099\u0f71\u0f72\u05b0\u0345")
    texts = [chr(0xAC00 + 100 * i) for i in range(0, 100, 9)] + [c + rng.choice(marks) for c in rng.sample(changed, 500)]
    texts += ["".join(rng.choice([rng.choice(changed), rng.choice(marks), rng.choice("aeoAE fﬁ")]) for _ in range(rng.randint(2, 6))) for _ in range(250)]
    texts += [chr(c) for c in (0x1F16A, 0x32FF, 0x1E9E, 0xFDFA, 0x2F800, 0x1D15E, 0x1FBF0, 0x10781)]
    normal = [[text] + [form.normalize_str(text) for form in forms] for text in dict.fromkeys(texts)]
    trained = [[p.piece, p.score] for p in model.pieces]
    golden = {"vocabularies": list(vocabularies(rng, trained, corpus)), "charsmap": base64.b64encode(charsmap).decode(), "mapped": mapped, "forms": normal}
    (out / "unigram.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
