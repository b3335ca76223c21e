#!/usr/bin/env python3
"""Makes the goldens of the Tokenizers target, and its table of character classes, with `tokenizers` 0.23.3.

  python3.11 -m venv VENV && VENV/bin/pip install -r requirements.txt
  VENV/bin/python make_tokenizer_goldens.py goldens OUT [--gguf smollm2-135m-instruct.gguf]
  VENV/bin/python make_tokenizer_goldens.py classes OUT/UnicodeRanges.swift

OUT receives corpus.jsonl (one JSON string a line), and for each pre-tokeniser NAME.tokenizer.json with a small
vocabulary trained on the prose below and NAME.ids.jsonl (the ids of each line of the corpus, special tokens added);
added.* and prefix.* hold the cases of added tokens and of the prefix space; composition.jsonl holds texts and
their NFC. All of it is reproducible: the seed is fixed.
"""

import argparse
import json
import pathlib
import random
import unicodedata

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

QWEN2 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
LLAMA3 = QWEN2.replace(r"|\p{N}|", r"|\p{N}{1,3}|")
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"

PROSE = """
The lighthouse keeper's daughter didn't sleep that night. She'd counted the ships twice: thirty-one at dusk, thirty by
midnight, and
she couldn't say which one had gone. "We'll ask the harbour master," her father said, "he's seen worse, and they've
got the ledger."
Rain came over the hills at 4:15 and went again by 6; the gulls were back on the roof before anyone had lit the stove.
Bread was cheap in those years and paper was not. A page cost 12 pence, a loaf cost 3, and so the schoolmaster wrote
his sums on slate,
washed them off, and wrote them again. I'm told he had 1024 of them by heart. You're welcome to doubt it; the children
never did.
def area(width, height):
    if width < 0 or height < 0:
        raise ValueError("negative side")
    return width * height  # square metres
for (int i = 0; i < count; ++i) { total += values[i] * weights[i]; }
Der Zug fährt um halb acht über die Brücke; größer wird die Stadt nicht. Les élèves naïfs étaient déjà à l'école
où l'on apprenait.
El niño comió una manzana. Москва стоит на реке, и зимой там холодно. Η θάλασσα είναι ήρεμη σήμερα. 東京は今日も雨です。
我们明天去北京。한국어 문장입니다. नमस्ते दुनिया। مرحبا بالعالم. שלום עולם. สวัสดีชาวโลก. Xin chào thế giới. Dzień dobry, łódź już płynie.
Q: What is the capital of Norway?
A: Oslo

Q: What is the past tense of "sing"?
A: sang
https://example.org/path/to/page?query=value&lang=en#section-3 and mail@example.org, version 2.10.3-rc1, 50% of
$1,299.99.
"""

# fmt: off
SCRIPTS = [
    (0x41, 0x7A), (0xC0, 0x17F), (0x180, 0x24F), (0x250, 0x2FF), (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x52F),
    (0x531, 0x58F), (0x591, 0x5F4), (0x600, 0x6FF), (0x700, 0x74F), (0x780, 0x7B1), (0x7C0, 0x7FA), (0x900, 0x97F),
    (0x980, 0x9FE), (0xA01, 0xA76), (0xA81, 0xAFF), (0xB01, 0xB77), (0xB82, 0xBFA), (0xC00, 0xC7F), (0xC80, 0xCF2),
    (0xD00, 0xD7F), (0xD81, 0xDF4), (0xE01, 0xE5B), (0xE81, 0xEDF), (0xF00, 0xFDA), (0x1000, 0x109F),
    (0x10A0, 0x10FF), (0x1100, 0x11FF), (0x1200, 0x137F), (0x13A0, 0x13FF), (0x1400, 0x167F), (0x1680, 0x169C),
    (0x16A0, 0x16F8), (0x1780, 0x17F9), (0x1800, 0x18AA), (0x1E00, 0x1EFF), (0x1F00, 0x1FFE), (0x2000, 0x206F),
    (0x2070, 0x209C), (0x20A0, 0x20C0), (0x2100, 0x218B), (0x2190, 0x23FF), (0x2460, 0x24FF), (0x2500, 0x27BF),
    (0x2C00, 0x2C5F), (0x3000, 0x30FF), (0x3130, 0x318E), (0x3200, 0x33FF), (0x4E00, 0x4FFF), (0xA000, 0xA48C),
    (0xA640, 0xA69F), (0xAC00, 0xACFF), (0xE000, 0xE0FF), (0xF900, 0xFAD9), (0xFB00, 0xFB4F), (0xFE00, 0xFE6B),
    (0xFF01, 0xFFEE), (0x10000, 0x100FA), (0x10400, 0x1049D), (0x1D400, 0x1D7FF), (0x1E900, 0x1E95F),
    (0x1F100, 0x1F1FF), (0x1F300, 0x1F64F), (0x1F900, 0x1F9FF), (0x20000, 0x200FF), (0xE0000, 0xE007F),
]
SPACES = [
    " ", "  ", "   ", "\t", "\t\t", "\n", "\n\n", "\r\n", "\r", "\n \n", " \n", "\n ", " \t ", "\x0b", "\x0c", "\x1c",
    "\x1d", "\x1e", "\x1f", "\x85", "\xa0", "\u1680", "\u180e", "\u2000", "\u2003", "\u2007", "\u2009", "\u200a",
    "\u200b", "\u2028", "\u2029", "\u202f", "\u205f", "\u2060", "\u3000", "\ufeff",
]
CONTRACTIONS = [
    "'s", "'t", "'re", "'ve", "'m", "'ll", "'d", "'S", "'T", "'RE", "'Re", "'rE", "'VE", "'vE", "'M", "'LL", "'lL",
    "'D", "'\u017f", "'r", "'v", "'l", "'lx", "'rx", "''s", "\u2019s", "\u02bcs", "'\u212a", "'ſt", "'sx", "'nt",
    "n't", "'", "''", "' s",
]
EMOJI = [
    "😀", "👍🏽", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇳🇴", "🇺🇸🇩🇪", "❤️", "☃", "1️⃣", "#️⃣", "🧑🏿‍🚀", "👩‍❤️‍💋‍👨", "🫠", "\u200d", "\ufe0f",
    "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
]
SPECIALS = [
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|im_start", "|im_end|>", "<|", "|>", "<|endoftext|",
    "<repo_name>",
]
TRICKY = [
    "", " ", "a", " a", "a ", "  a", "\n", "a\n", "\na", "a\n\nb", "a \n b", "a\r\nb", "\r\r\n", "\t\ta", "\t a",
    " \ta", "a\t\n\tb", "123", "1234567", "12 34", " 123", "  123", "3.14159", "1,000,000", "0x1F", "²³¼½", "ⅣⅫ",
    "①②③", "٣٤٥", "१२३", "𝟘𝟙𝟚", "a1b2c3", "é", "e\u0301", "A\u030a", "\u212b", "\u1e9b\u0323", "\uac00",
    "\u1100\u1161", "q\u0323\u0307", "q\u0307\u0323", "\u0958", "\u2126", "ﬁ ﬂ ﬆ", "İıſẞß", "ǅǈ", "\u0345a",
    "a\u0345", "\x00", "\x00\x01\x02", "\x7f", "\x80\x9f", "\ufffd", "\ufffe", "\U0010ffff", "\U000e0001",
    "\U0001fbf0\U0001fbf9", "\U00011de0", "\U00016ff4", "1\U00011de02", "x\u088fy\ua7cez", "\U000323b0",
    "#\U00010940#", "a" * 200, "ab" * 120, " " * 100, "\n" * 60, "!" * 90, "9" * 75, "é" * 70, "😀" * 20, " a" * 60,
    "the " * 50, "thethe" * 20,
    "don't you're I'VE we'LL he'd she's THEY'RE 'tis rock'n'roll o'clock 's't're've'm'll'd", "Don\u2019t you\u2019re",
    "x='s'; y=\"'t\"", "(hello)world[foo]{bar}", "snake_case camelCase kebab-case SCREAMING_CASE",
    "C:\\Users\\name\\file.txt", "/usr/local/bin", "user@example.org", "https://example.org/a?b=c&d=%20#e",
    "print(f\"{x:>10}\")\n", "#!/bin/sh\nset -e\n\techo $HOME | grep -c '^/'\n", "{\"key\": [1, 2.5e-3, null, true]}",
    "<div class=\"a\">&nbsp;</div>", "SELECT * FROM t WHERE a >= 10 AND b != 'x';", "\\frac{1}{2} $\\alpha^{2}$",
    "a<|endoftext|>b", "<|im_start|>user\nHi<|im_end|>\n", " <|im_start|> ", "<|im_start|><|im_start|>",
    "<<|endoftext|>>", "<|endoftext|><|endoftext|", "é<|im_end|>é", "1<|im_end|>2",
    "Q: Paris\nA: France\n\nQ: Oslo\nA:", "Q: 17\nA: 289\n\nQ: 4\nA: 16", " France", " 16", "\nA:", "A: helicopter",
    "lighthouses",
]
# fmt: on


def corpus(rng):
    """At least 2,000 different strings; the first are chosen by hand, the others drawn."""
    words = PROSE.split()
    lines = list(TRICKY) + [line for line in PROSE.split("\n") if line]
    lines += (
        ["a" + space + "b" for space in SPACES] + [space + "b" for space in SPACES] + ["a" + space for space in SPACES]
    )
    lines += ["1" + space + "2" for space in SPACES] + ["." + space + "." for space in SPACES]
    lines += [word + c for c in CONTRACTIONS for word in ("he", " ", "1", "")]
    lines += ["x" + e + "y" for e in EMOJI] + EMOJI
    # The ends of the runs of letters and numbers, where two versions of Unicode part.
    edges = []
    for prefix in ("L", "N"):
        known = [unicodedata.category(chr(c))[0] == prefix for c in range(0x32400)]
        edges += [c for c in range(1, 0x323FF) if known[c] != known[c - 1] or known[c] != known[c + 1]]
    edges = [c for c in sorted(set(edges)) if not 0xD800 <= c < 0xE000]
    lines += ["a".join(map(chr, edges[i : i + 24])) for i in range(0, len(edges), 24)]
    lines += [" ".join(map(chr, rng.sample(edges, 8))) for _ in range(60)]

    def script():
        low, high = rng.choice(SCRIPTS)
        return "".join(chr(rng.randint(low, high)) for _ in range(rng.randint(1, 5)))

    def scalar():
        while True:
            c = rng.randrange(rng.choice([0x80, 0x3000, 0x20000, 0x110000]))
            if not 0xD800 <= c < 0xE000:
                return chr(c)

    # fmt: off
    makers = [
        (script, 5), (scalar, 2), (lambda: rng.choice(SPACES), 6), (lambda: rng.choice(CONTRACTIONS), 2),
        (lambda: rng.choice(EMOJI), 1), (lambda: rng.choice(SPECIALS), 1), (lambda: rng.choice(words), 6),
        (lambda: " ", 6), (lambda: str(rng.randrange(10 ** rng.randint(1, 7))), 3),
        (lambda: rng.choice("!?.,;:-_/\\\"'()[]{}<>|@#$%^&*+=~`") * rng.randint(1, 3), 3),
        (lambda: rng.choice(words).upper(), 1), (lambda: chr(rng.randint(0x300, 0x36F)), 1),
    ]
    # fmt: on
    pool, weights = [m for m, _ in makers], [w for _, w in makers]
    while len(lines) < 2600:
        lines.append("".join(maker() for maker in rng.choices(pool, weights, k=rng.randint(1, 9))))
    return list(dict.fromkeys(lines))


def composition_texts(rng):
    """Texts of letters and marks in every order, where normal forms go wrong."""
    scalars = [c for c in range(0x300, 0x30000) if not 0xD800 <= c < 0xE000]
    mappings = {c: unicodedata.decomposition(chr(c)) for c in scalars}
    decomposing = [c for c in scalars if mappings[c] and "<" not in mappings[c]]
    marks = [c for c in scalars if unicodedata.combining(chr(c))]
    bases = [ord(c) for c in "aeiouAcnksqzαιωабวक"]
    bases += [0x1100, 0x1161, 0x11A8, 0xAC00, 0xAC01, 0xD7A3, 0x9C7, 0xBC6, 0xD46, 0xDD9, 0x1025, 0x1B05, 0x11131]
    bases += [0x11347, 0x114B9, 0x115B8, 0x10041, 0x10061, 0x0F73, 0x0F75, 0x0F81]
    texts = ["x\u0323" + chr(c) + "\u0301" for c in decomposing[::3]]
    groups = [marks, marks[:300], decomposing, bases, bases]
    texts += ["".join(chr(rng.choice(rng.choice(groups))) for _ in range(rng.randint(2, 6))) for _ in range(1200)]
    return texts


def byte_level(use_regex, prefix=False):
    return pre_tokenizers.ByteLevel(add_prefix_space=prefix, use_regex=use_regex)


def split(pattern):
    return pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), "isolated"), byte_level(False)])


def isolated_digits():
    return pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), byte_level(True)])


def train(pre, vocab_size, whole_alphabet=True, normalizer=None):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre
    tokenizer.decoder = decoders.ByteLevel()
    if normalizer:
        tokenizer.normalizer = normalizer
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet()) if whole_alphabet else []
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        show_progress=False,
        initial_alphabet=alphabet,
        special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
    )
    tokenizer.train_from_iterator(PROSE.split("\n\n"), trainer)
    return tokenizer


def edited(tokenizer, edit):
    data = json.loads(tokenizer.to_str())
    edit(data)
    return Tokenizer.from_str(json.dumps(data)), data


def save(out, name, tokenizer, data=None):
    data = data or json.loads(tokenizer.to_str())
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    assert Tokenizer.from_str(text).get_vocab() == tokenizer.get_vocab()
    (out / f"{name}.tokenizer.json").write_text(text, encoding="utf-8")


def save_ids(out, name, tokenizer, lines):
    encoded = tokenizer.encode_batch(lines)
    (out / f"{name}.ids.jsonl").write_text("".join(json.dumps(e.ids, separators=(",", ":")) + "\n" for e in encoded))


def save_cases(out, name, tokenizer, texts):
    rows = []
    for text in texts:
        ids = tokenizer.encode(text).ids
        plain = tokenizer.encode(text, add_special_tokens=False).ids
        decoded = tokenizer.decode(ids, skip_special_tokens=False)
        skipped = tokenizer.decode(ids, skip_special_tokens=True)
        rows.append({"text": text, "ids": ids, "plain": plain, "decoded": decoded, "skipped": skipped})
    (out / f"{name}.cases.jsonl").write_text("".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows))


def make_goldens(out, gguf_path):
    rng = random.Random(20_251_122)
    lines = corpus(rng)
    assert len(lines) >= 2000
    (out / "corpus.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))

    gpt2 = train(byte_level(True), 640)
    gpt2.post_processor = processors.ByteLevel(trim_offsets=False)
    gpt2, data = edited(gpt2, lambda d: d["model"].update(merges=[" ".join(m) for m in d["model"]["merges"]]))
    save(out, "gpt2", gpt2, data)
    save_ids(out, "gpt2", gpt2, lines)

    # Without the whole alphabet: bytes that the vocabulary lacks are dropped.
    smollm = train(isolated_digits(), 600, whole_alphabet=False)
    save(out, "smollm", smollm)
    save_ids(out, "smollm", smollm, lines)

    # Whole words that no merge makes, which `ignore_merges` finds; a BOS template.
    def llama(data):
        data["model"]["ignore_merges"] = True
        vocab = data["model"]["vocab"]
        for word in ["Ġhelicopter", "lighthouses", "ĠFrance", "Ġkeeper's", "123", "Ġ" * 7, "Ġthe", "ðŁĺĢ"]:
            vocab.setdefault(word, len(vocab))

    llama3, _ = edited(train(split(LLAMA3), 700), llama)
    template = processors.TemplateProcessing(single="<|im_start|> $A", special_tokens=[("<|im_start|>", 1)])
    llama3.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=False), template])
    save(out, "llama3", llama3)
    save_ids(out, "llama3", llama3, lines)

    qwen2 = train(split(QWEN2), 560, normalizer=normalizers.NFC())
    qwen2.post_processor = processors.ByteLevel(trim_offsets=False)
    save(out, "qwen2", qwen2)
    save_ids(out, "qwen2", qwen2, lines)

    added = train(split(GPT2), 400, normalizer=normalizers.NFC())
    added.add_special_tokens(
        [
            AddedToken("<mask>", lstrip=True, special=True),
            AddedToken("<sep>", rstrip=True, special=True),
            AddedToken("<both>", lstrip=True, rstrip=True, special=True),
            AddedToken("<|im_start|>x", special=True),
        ]
    )
    added.add_tokens(
        [
            AddedToken("cat", single_word=True, normalized=False),
            AddedToken("\u01fa", normalized=True),
            AddedToken("e\u0301e", normalized=False),
            AddedToken("  x", normalized=False),
            AddedToken("lighthouse", normalized=True),
            AddedToken("日本", normalized=False),
        ]
    )
    added.post_processor = processors.TemplateProcessing(
        single="<|im_start|> $A <|im_end|>", special_tokens=[("<|im_start|>", 1), ("<|im_end|>", 2)]
    )
    save(out, "added", added)
    # fmt: off
    pieces = [
        "<mask>", "<sep>", "<both>", "<|im_start|>", "<|im_start|>x", "<|im_start", "cat", "cats", "\u01fa",
        "A\u030a\u0301", "\u212b\u0301", "Å", "éé", "e\u0301e", "e\u0301", "e", "  x", " x", "lighthouse",
        "lighthouse's", "日本", "日本語", " ", "  ", "\n", "\u3000", "\u00a0", "_", "1", "é", "\u0301", ".", "\u200d",
        "\x1f", "a", "word",
    ]
    # fmt: on
    texts = ["", "a cat", "cat", "cats", "_cat", "cat_", "cat.", "cat1", "é cat é", "catcat"]
    texts += ["a <mask> b", "a <sep>  b", "a  <both>\n\nb"]
    texts += ["".join(rng.choices(pieces, k=rng.randint(1, 8))) for _ in range(400)]
    save_cases(out, "added", added, list(dict.fromkeys(texts)))

    prefix = train(byte_level(True, prefix=True), 420)
    save(out, "prefix", prefix)
    texts = ["", "a", " a", "\na", "a<|im_end|>b", "a<|im_end|> b", "The ships", "1 2", "\u00a0x"]
    save_cases(out, "prefix", prefix, texts + lines[200:260])

    pairs = [[text, normalizers.NFC().normalize_str(text)] for text in composition_texts(random.Random(9))]
    (out / "composition.jsonl").write_text("".join(json.dumps(pair, separators=(",", ":")) + "\n" for pair in pairs))

    if gguf_path:
        save_ids(out, "smollm2", smollm2(gguf_path), lines)


def smollm2(path):
    """The vocabulary of a SmolLM2 GGUF, built into `tokenizers`."""
    import gguf

    fields = {name: field for name, field in gguf.GGUFReader(path).fields.items() if name.startswith("tokenizer.ggml.")}
    tokens = fields["tokenizer.ggml.tokens"].contents()
    types = fields["tokenizer.ggml.token_type"].contents()
    merges = [tuple(m.split(" ")) for m in fields["tokenizer.ggml.merges"].contents()]
    tokenizer = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate(tokens)}, merges=merges))
    tokenizer.pre_tokenizer = isolated_digits()
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([token for token, kind in zip(tokens, types) if kind == 3])
    return tokenizer


def make_classes(out):
    """What steps of `tokenizers` that are no expressions take for digits, punctuation and words: they have newer tables."""
    scalars = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
    number = pre_tokenizers.Split(Regex(r"\p{N}"), "isolated")
    digits = pre_tokenizers.Digits(individual_digits=True)
    words, marks = pre_tokenizers.Whitespace(), pre_tokenizers.Punctuation()
    digit = [c for c in scalars if len(digits.pre_tokenize_str("\x01" + chr(c))) == 2]
    newer = [c for c in digit if len(number.pre_tokenize_str("\x01" + chr(c))) == 1]
    known = pre_tokenizers.Split(Regex(r"[\w]"), "isolated")
    word = [c for c in scalars if words.pre_tokenize_str("a" + chr(c))[0][0] == "a" + chr(c)]
    word = [c for c in word if len(known.pre_tokenize_str("\x01" + chr(c))) == 1]
    punctuation = [c for c in scalars if len(marks.pre_tokenize_str("a" + chr(c))) == 2]
    tables = [
        ("newerDigits", r"What isolating digits takes for a digit and `\p{N}` does not match.", newer),
        (
            "newerWords",
            r"What the pre-tokeniser Whitespace takes for a character of a word and `\w` between brackets does not match.",
            word,
        ),
        ("punctuation", "What the pre-tokeniser Punctuation cuts around.", punctuation),
    ]
    text = "/// Code points for `ScalarClass`: alternately the gap since the previous run and the run's length.\n///\n"
    text += "/// Generated by make_tokenizer_goldens.py.\n"
    text += "enum UnicodeRanges {\n"
    text += "\n".join(table(*t) for t in tables) + "}\n"
    pathlib.Path(out).write_text(text)


def table(name, comment, scalars):
    runs = []
    for c in scalars:
        if runs and runs[-1][1] == c:
            runs[-1][1] = c + 1
        else:
            runs.append([c, c + 1])
    values, place = [], 0
    for low, high in runs:
        values += [low - place, high - low]
        place = high
    rows, row = [], "   "
    for value in values:
        if len(row) + len(f" {value},") > 118:
            rows.append(row)
            row = "   "
        row += f" {value},"
    rows.append(row)
    return f"  /// {comment}\n  static let {name}: [UInt32] = [\n" + "\n".join(rows) + "\n  ]\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["goldens", "classes"])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--gguf", help="a SmolLM2 GGUF for smollm2.ids.jsonl")
    arguments = parser.parse_args()
    if arguments.what == "goldens":
        arguments.out.mkdir(parents=True, exist_ok=True)
        make_goldens(arguments.out, arguments.gguf)
    else:
        make_classes(arguments.out)
