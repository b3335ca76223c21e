#!/usr/bin/env python3
"""Makes Tests/Goldens/tokenizers/pipelines with `tokenizers`: small vocabularies behind every normaliser, pre-tokeniser,
model, post-processor and decoder that Holdfast reads, each as NAME.tokenizer.json with NAME.cases.jsonl.

  VENV/bin/python tokenizer_pipelines.py OUT

A case has the text, its ids with and without special tokens, and both texts of the ids. The seed is fixed.
"""

import json
import pathlib
import random
import sys

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

import make_tokenizer_goldens as base

SPECIALS = ["<unk>", "<s>", "</s>"]
BYTES = [f"<0x{byte:02X}>" for byte in range(256)]
CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
UPPER, LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
TEKKEN = (
    rf"[^\r\n\p{{L}}\p{{N}}]?{UPPER}*{LOWER}+|[^\r\n\p{{L}}\p{{N}}]?{UPPER}+{LOWER}*"
    r"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
O200K = TEKKEN.replace(f"{LOWER}+|", f"{LOWER}+{CONTRACTION}|").replace(f"{LOWER}*|", f"{LOWER}*{CONTRACTION}|").replace(
    r"|\p{N}|", r"|\p{N}{1,3}|"
)
QWEN35 = base.QWEN2.replace(r"?\p{L}+", r"?[\p{L}\p{M}]+").replace(r"[^\s\p{L}\p{N}]", r"[^\s\p{L}\p{M}\p{N}]")
DEEPSEEK = [
    r"\p{N}{1,3}",
    "[一-龥぀-ゟ゠-ヿ]+",
    r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"""
    r"""| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+""",
]


def train(pre, size=520, normalizer=None, decoder=None, specials=SPECIALS, alphabet=(), **model):
    tokenizer = Tokenizer(models.BPE(**model))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre
    tokenizer.decoder = decoder or decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size, show_progress=False, special_tokens=list(specials), initial_alphabet=list(alphabet)
    )
    tokenizer.train_from_iterator(base.PROSE.split("\n\n"), trainer)
    return tokenizer


def byte_level(*steps, **options):
    pre = pre_tokenizers.Sequence([*steps, base.byte_level(False)])
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    return train(pre, options.pop("size", 560), alphabet=alphabet, **options)


def isolated(pattern):
    return pre_tokenizers.Split(Regex(pattern), "isolated")


def sentencepiece_decoder(strips):
    steps = [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    return decoders.Sequence(steps + ([decoders.Strip(" ", 1, 0)] if strips else []))


def fallback(normalizer, pre, strips, trained_pre, unk="<unk>", fuse=True, bytes_=BYTES, ignore=False):
    """A vocabulary with byte tokens. It is trained on words, and used on whole texts."""
    tokenizer = train(trained_pre, 700, normalizer, sentencepiece_decoder(strips), SPECIALS + list(bytes_))

    def edit(data):
        data["model"].update(byte_fallback=True, fuse_unk=fuse, unk_token=unk, ignore_merges=ignore)
        data["added_tokens"] = [token for token in data["added_tokens"] if token["content"] in SPECIALS]

    tokenizer, _ = base.edited(tokenizer, edit)
    tokenizer.pre_tokenizer = pre
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    return tokenizer


def spaces_to_marks(prepend):
    replace = normalizers.Replace(" ", "▁")
    return normalizers.Sequence([normalizers.Prepend("▁"), replace]) if prepend else replace


WORDS = pre_tokenizers.Split("▁", "merged_with_next")


def unigram(normalizer=None, **options):
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=420, show_progress=False, special_tokens=["<unk>", "<s>", "</s>"], unk_token="<unk>"
    )
    tokenizer.train_from_iterator(base.PROSE.split("\n\n"), trainer)
    if options.get("byte_fallback"):

        def edit(data):
            data["model"]["vocab"] += [[token, -20.0] for token in BYTES]
            data["model"]["byte_fallback"] = True

        tokenizer, _ = base.edited(tokenizer, edit)
        tokenizer.decoder = sentencepiece_decoder(True)
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 2)])
    return tokenizer


def pipelines():
    metaspace = pre_tokenizers.Metaspace
    yield "llama2", fallback(spaces_to_marks(True), None, True, WORDS)
    first = fallback(spaces_to_marks(True), None, True, WORDS)
    first.normalizer = None
    first.pre_tokenizer = metaspace("▁", prepend_scheme="first", split=False)
    first.add_tokens([AddedToken("<|user|>", rstrip=True), AddedToken("<|end|>", normalized=False)])
    yield "llama2-first", first
    always = fallback(spaces_to_marks(True), None, True, WORDS)
    always.normalizer = None
    always.pre_tokenizer = metaspace("▁", prepend_scheme="always", split=True)
    always.decoder = decoders.Metaspace("▁", prepend_scheme="always")
    yield "metaspace-always", always
    gemma = fallback(spaces_to_marks(False), pre_tokenizers.Split(" ", "merged_with_previous"), False, WORDS)
    gemma.add_tokens([AddedToken("▁▁", normalized=False), AddedToken("<turn>", normalized=False)])
    yield "gemma", gemma
    # Without some of the bytes: characters that need them are unknown, and do not wait for one another.
    few = [byte for byte in BYTES if int(byte[3:5], 16) < 0xE0]
    yield "fallback-few", fallback(spaces_to_marks(True), None, True, WORDS, bytes_=few)
    yield "fallback-apart", fallback(spaces_to_marks(True), None, True, WORDS, bytes_=few, fuse=False)
    yield "fallback-none", fallback(spaces_to_marks(True), None, True, WORDS, bytes_=few, unk=None, ignore=True)

    yield "tekken", byte_level(isolated(TEKKEN))
    yield "o200k", byte_level(isolated(O200K))
    yield "qwen35", byte_level(isolated(QWEN35), normalizer=normalizers.NFC())
    yield "deepseek", byte_level(*map(isolated, DEEPSEEK), normalizer=normalizers.Sequence([]))
    dolma = pre_tokenizers.Split(Regex(base.LLAMA3), "removed", invert=True)
    yield "dolma", byte_level(dolma)
    # No known expression: contractions apart, vowels, anything.
    yield "own-pattern", byte_level(isolated(r"(?i:'(?:s|t|ll))|[aeiou]{2,}|\w+?(?=ing\b)|\p{Lu}\p{Ll}*|\d++|[^\w\s]|\s+"))
    falcon = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Punctuation("contiguous"),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
            pre_tokenizers.Digits(individual_digits=False),
            isolated("[0-9][0-9][0-9]"),
        ]
    )
    yield "falcon", train(falcon, 560, alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()))
    roberta = train(base.byte_level(True, prefix=True), 560, alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()))
    roberta.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 1))
    yield "roberta", roberta

    plain = decoders.Fuse()
    lower = normalizers.Sequence([normalizers.Strip(), normalizers.NFD(), normalizers.Lowercase()])
    yield "words", train(pre_tokenizers.Whitespace(), normalizer=lower, decoder=plain, unk_token="<unk>")
    compatible = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(r"\s{2,}|\d+"), " ")])
    yield "spaces", train(
        pre_tokenizers.WhitespaceSplit(), normalizer=compatible, decoder=plain, unk_token="<unk>", fuse_unk=True
    )
    left = normalizers.Sequence([normalizers.NFKD(), normalizers.Strip(right=False)])
    marks = pre_tokenizers.Sequence([pre_tokenizers.CharDelimiterSplit("x"), metaspace(prepend_scheme="first")])
    yield "delimiter", train(marks, normalizer=left, decoder=decoders.Metaspace(prepend_scheme="first"), unk_token="<unk>")
    yield "bert", train(pre_tokenizers.BertPreTokenizer(), decoder=plain, unk_token="<unk>")
    for behavior in ["removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"]:
        for invert in (False, True):
            pre = pre_tokenizers.Split(Regex("[aeiou ]|,?"), behavior, invert=invert)
            name = behavior.replace("_", "-") + ("-inverted" if invert else "")
            yield f"split-{name}", train(pre, 300, decoder=plain, unk_token="<unk>")

    yield "unigram", unigram()
    yield "unigram-bytes", unigram(normalizers.NFKC(), byte_fallback=True)


def main(out):
    out.mkdir(parents=True, exist_ok=True)
    rng = random.Random(20_251_122)
    lines = base.corpus(rng)
    texts = lines[:170:3] + lines[170::36]
    texts += ["a<s>b", " <s> b", "<s>", "a <|user|>  b<|end|> c", "<turn> x", "▁▁a ▁b", "a  b   c", "  ", " a"]
    texts += ["日本<s>日本", "\U0001f600\U0001f601é", "x\U0001f600", "\U0001f600x\U0001f600", "\x00\x01a", "<0x41>b"]
    for name, tokenizer in pipelines():
        base.save(out, name, tokenizer)
        used = texts[::3] if name.startswith("split-") else texts
        base.save_cases(out, name, tokenizer, list(dict.fromkeys(used)))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
