"""Makes Tests/Goldens/patterns/cases.json: how `tokenizers` cuts texts by regular expressions.

    python3 Scripts/goldens/make_pattern_goldens.py Tests/Goldens/patterns/cases.json

Each case is an expression and, by the text's number, the places (in bytes of UTF-8) where `Split(Regex(expression), "isolated")` cuts.
`sets` has, of character classes, how many code points match and the sum of their numbers. Packages: Scripts/goldens/requirements.txt.
`--random N` prints that many random expressions instead, for a longer comparison.
"""

import argparse
import json
import pathlib
import random

from tokenizers import Regex, pre_tokenizers

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
TAIL = r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
CONTRACTION = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
LLAMA3 = CONTRACTION + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|" + TAIL
UPPER = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"
LOWER = r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
WORDS = [UPPER + "*" + LOWER + "+", UPPER + "+" + LOWER + "*"]
SYMBOLS = r" ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
HAN = r"[\p{Han}]+|"
KIMI_UPPER = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]"
KIMI_LOWER = r"[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]"
KNOWN = [
    GPT2,
    LLAMA3,
    LLAMA3.replace("{1,3}", ""),
    LLAMA3.replace(r"\p{L}+", r"[\p{L}\p{M}]+").replace(r"[^\s\p{L}\p{N}]", r"[^\s\p{L}\p{M}\p{N}]").replace("{1,3}", ""),
    "|".join(WORDS) + r"|\p{N}|" + SYMBOLS,
    "|".join(word + CONTRACTION + "?" for word in WORDS) + r"|\p{N}{1,3}|" + SYMBOLS,
    # tiktoken's spelling of cl100k and o200k
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s",
    HAN + KIMI_UPPER + "*" + KIMI_LOWER + "+" + CONTRACTION + "?|" + KIMI_UPPER + "+" + KIMI_LOWER + "*" + CONTRACTION
    + r"?|\p{N}{1,3}|" + TAIL,
    r"\p{N}{1,3}",
    r"[一-龥぀-ゟ゠-ヿ]+",
    r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+"
    r"|\s+(?!\S)|\s+",
    r"[\r\n]",
    r"\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-\u1f15\u1f18-\u1f1d\u1f20-\u1f45"
    r"\u1f48-\u1f4d\u1f50-\u1f57\u1f59\u1f5b\u1f5d\u1f5f-\u1f7d\u1f80-\u1fb4\u1fb6-\u1fbc\u1fbe\u1fc2-\u1fc4\u1fc6-\u1fcc]+",
    r"\s?[!-/:-~！-／：-～‘-‟　-。]+",
    r"\s+$",
    r"[一-龥ࠀ-一가-퟿]+",
    r"\p{N}+",
    r"\s?\p{L}+",
    r"\s?\p{P}+",
    r"\p{N}",
    r"[\p{P}$+<=>^~|]+",
    r"[0-9]{3}",
    r"[^\n]+|[\n]+",
    # Thousands from the right, and words of several parts
    r"(?=(\d{3})+(?!\d))",
    r"\d{1,3}(?=(?:\d{3})*\b)",
    r" ?(?!(.)\p{Nd})[^\s\p{L}\p{N}]+|\p{L}+",
    r" ?[^(\s|[.,!?…。，、।۔،])]+",
    r"[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]+|\p{Hangul}+|[\p{Hiragana}\p{Katakana}ー]+",
]
MADE = [
    "a|ab", "ab|a", "(?:a|ab)(?:c|bcd)", "(a+|b)*c?", "(?:a|ab)*?b", "a*?b", "a+?", "a??b", "(?:a*)*b", "(?:a?)+b", "(|a){0,3}", "(a|){3}b", "(?:a+b?)*",
    "(?:a*b)*?c", "(?:a+?)*?b", "a{2}", "a{2,}", "a{,2}b", "a{2,3}?", "a{1,2}+", r"a{2}?", "a**", "a?{2}",
    "(?:ab){2,3}", "(?:a?){3}b", "x{0}b", "a++a", "a*+b", "a?+a", "(?:ab)++a", "(?:a|ab)++c", "(?>a|ab)c", "(?>a+)b", "(?>a*b|a)", "(?>(?>a)b)*c",
    r"\bfoo\b|\B.", r"\b", r"\B", "^", "$", "^a|b$", r"\A\s*|\s*\z", r"\n\Z|x", r"\n^|a$", "(?m:.)", "(?m)a.b", "(?-m:.)+", r"\R", r"\R+a?", r"a\R\n",
    "(?i)k+", "(?i:s)t", "(?i:[a-z]&&[^e])", "(?i:[^a-f])+", "(?i:é|ω|я)", "a(?i)b|c", "(?i:a(?-i)b)c", "(?i:[k-l])+", r"(?i:\p{Lu})+",
    r"(?i:[\p{Lu}&&\p{Cyrillic}])+", r"(?x) a b | \s \# # comment", "a(?#note)b", "(?<word>a)b", r"(?'q'a)(?:b)", r"\x41|\x{1F600}|\u00e9|\0|\012|\t",
    r"[\w.\-]+@[\w-]+", r"[\w&&[^\d_]]+", "[a-c-e]+", "[^a-z&&[^m]]+", "[a-z&&[aeiou]&&[^e]]+", "[[a-c]x[^\\x00-y]]+", "[-a]+|[a-]+", "[--a]+",
    "[[:alpha:]]+|[[:punct:]]+|[[:^space:]]", r"[\]\[\\^]+", r"\p{^L}+", r"\P{^L}+", r"\p{Uppercase Letter}\p{Other_Letter}?", r"\p{Han}{1,2}",
    r"[\p{Latin}\p{Greek}]+|\p{Cyrillic}+|\p{Arabic}+|\p{Hebrew}+|\p{Devanagari}+", r"[\p{Katakana}&&[^ー]]+", r"\p{Mn}+|\p{So}|\p{Sc}\d", r"\h+|\H",
    r"\W+", r"\D+?\d", r"\S+(?=\s)", r"\w+(?!\w|')", r"(?!foo)\w+", r"(?=a)\w|.(?=bc)", "a(?=b(?!c))", "(?=a*b)a", "(?!a*b)a", "(?<=a)b", "(?<!a)b+", "(?<=ab|c)d?",
    "(?<!ab|c)d", r"(?<=\s\w)\w+", r"(?<=^a)b|(?<=\A)c", "(?<=é)x|(?<=日本)語", "a(?=b)|b(?<=ab)c", "a*b|a", "(?:a*b|a)(?!a)",
    ".+?(?=,|$)", r"\d(?=(?:\d{3})+$)", r"\s+(?=\S)|\S+\s(?!\s)", r"'(?=s\b)|\w+", "", "a|", "|a", "()", "{", "a{", "a{x}", "}", "]", "a{,}", r"\é\!\-\_",
]
# fmt: off
TEXTS = [
    "", "a", "ab", "abc", "abcd", "aaa", "aab", "aaab", "abab", "ababc", "aabbcc", "b", "ba", "bb", "acb", "a\nb\n", "\n", "\n\n", "a\n", "a\r\nb\r\r\n", "a b", "foo bar", "food",
    "barfoo foo", "foo's", "a-b c.d@e-f", "[a]^\\", "a{", "{x}a{x}", "x,y,z", "ss ſ S st ST", "kK\u212a", "É é Ω ω Я я", "日本語とカタカナー", "ひらがな한국어ไทยລາວខ្មែរ", "1234567 12,345",
    "'s 'S 'ſ 'LL 'Re're", "  a   b  ", "\u0085\u00a0\u3000x\u200b\u2028y", "e\u0301e\u0301 \u0301", "😀👨‍👩‍👧 $5 €7", "AbcDEF xyZ", "٣٤٥ ⅷ ½", "Привет, мир! مرحبا שלום नमस्ते", "cad cbd dd",
    "!!\n\n??/\r\n", "a_b__c9", "\x00\x07\t\x0b\x1b", "ab ac aab\nab", "cabd abd cd d", "Ǆ ǅ ǆ ᾳ ᾼ ß ẞ", "＃！～ ‘’ 。、", "don't I'LL we'Ve", "a" * 40, "ab" * 20, "\t \n \r\n  x",
]
# fmt: on
SETS = [rf"\p{{{n}}}" for n in "L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po S Sm Sc Sk So Z Zs Zl Zp Cc Cf Co LC".split()]
SETS += [rf"\p{{{n}}}" for n in "Han Hiragana Katakana Hangul Latin Cyrillic Greek Arabic Hebrew Thai Devanagari Alphabetic Alnum Punct Letter".split()]
SETS += [r"\s", r"\S", r"\w", r"\W", r"\d", r"\h", "[[:punct:]]", "[[:alnum:]]", "(?i:[a-z])", r"(?i:[^\p{Lu}])", r"[^\s\p{L}\p{N}]", "."]
SCRIPTS = [(0x20, 0x7E), (0x20, 0x7E), (0x61, 0x7A), (0xA0, 0x24F), (0x370, 0x52F), (0x590, 0x6FF), (0x900, 0x97F), (0xE00, 0xEFF)]
SCRIPTS += [(0x1E00, 0x20CF), (0x3000, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xFF00, 0xFFEF), (0x1D400, 0x1D7FF), (0x1F300, 0x1FAFF)]


def texts(rng):
    made = list(TEXTS)
    while len(made) < 300:
        parts = []
        for _ in range(rng.randint(1, 5)):
            low, high = rng.choice(SCRIPTS)
            kind = rng.random()
            if kind < 0.5:
                parts.append("".join(chr(rng.randint(low, high)) for _ in range(rng.randint(1, 5))))
            elif kind < 0.8:
                parts.append(rng.choice([" ", "  ", "\n", "\r\n", "\t", "\u00a0", "'s", "'LL", "123456", "?!", "\u0301"]))
            else:
                parts.append("".join(rng.choices("aab bc", k=rng.randint(1, 8))))
        made.append("".join(parts))
    return made


def random_expression(rng, depth=0):
    kind = rng.random()
    if depth > 3 or kind < 0.35:
        return rng.choice(["a", "b", "c", "[ab]", "[^a]", ".", "a", "b", r"\w", r"\s", "ab", "bc", "(?:)"])
    if kind < 0.55:
        return "".join(random_expression(rng, depth + 1) for _ in range(rng.randint(2, 3)))
    if kind < 0.7:
        return "(?:" + "|".join(random_expression(rng, depth + 1) for _ in range(rng.randint(2, 3))) + ")"
    if kind < 0.9:
        return "(?:" + random_expression(rng, depth + 1) + ")" + rng.choice(["*", "+", "?", "*?", "+?", "??", "*+", "++", "?+", "{2}", "{1,2}", "{0,2}?", "{1,}"])
    if kind < 0.96:
        return rng.choice(["(?=", "(?!", "(?>"]) + random_expression(rng, depth + 1) + ")"
    return rng.choice(["(?<=a)", "(?<!b)", r"\b", "^", "$", "(?<=ab)", r"\B", r"\z"])


def cuts(expression, text):
    """Where a text is cut, in bytes."""
    places = [0]
    for c in text:
        places.append(places[-1] + len(c.encode()))
    pieces = pre_tokenizers.Split(Regex(expression), "isolated").pre_tokenize_str(text)
    return [places[end] for _, (_, end) in pieces][:-1]


def case(expression, made, numbers):
    return {"pattern": expression, "texts": numbers, "cuts": [cuts(expression, made[i]) for i in numbers]}


def members(expression):
    scalars = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
    text = "".join(map(chr, scalars))
    kept = pre_tokenizers.Split(Regex("(?:" + expression + ")"), "removed", invert=True).pre_tokenize_str(text)
    found = [scalars[start] for _, (start, _) in kept]
    return [len(found), sum(found)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path, nargs="?")
    parser.add_argument("--random", type=int, default=0)
    parser.add_argument("--seed", type=int, default=13)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    made = texts(rng)
    short = [i for i, text in enumerate(TEXTS) if len(text) <= 9 and set(text) <= set("abc d\n")]
    cases = []
    if not arguments.random:
        every = list(range(len(made)))
        cases += [case(p, made, every[: len(TEXTS)] + rng.sample(every[len(TEXTS) :], 40)) for p in KNOWN]
        cases += [case(p, made, sorted(rng.sample(every[: len(TEXTS)], 34)) + rng.sample(every[len(TEXTS) :], 8)) for p in MADE]
    while len(cases) < (arguments.random or len(KNOWN) + len(MADE) + 250):
        expression = random_expression(rng)
        try:
            Regex(expression)
        except Exception:  # Oniguruma does not take every one.
            continue
        cases.append(case(expression, made, short if arguments.random else rng.sample(short, 8)))
    sets = {} if arguments.random else {p: members(p) for p in SETS}
    result = json.dumps({"texts": made, "cases": cases, "sets": sets}, ensure_ascii=True, separators=(",", ":"))
    if arguments.out:
        arguments.out.write_text(result + "\n")
    else:
        print(result)


if __name__ == "__main__":
    main()
