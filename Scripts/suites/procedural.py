"""Writes the tasks of suites/core whose answers follow by rule: lists, strings, copies and arbitrary labels.

    python3 Scripts/suites/procedural.py suites/core

Words come from words.txt, drawn with a fixed seed a task; the same command writes the same bytes. The first 128 items are
demonstrations only, the other 128 are asked in blocks of four. The other tasks of the suite are facts and sentences written by hand.
"""

import json
import pathlib
import random
import sys

HERE = pathlib.Path(__file__).parent
POOL, SCORED, BLOCK = 128, 128, 4

WORDS, INVENTED, ANIMALS, THINGS, COLOURS = (
    line.split(":")[1].split() for line in (HERE / "words.txt").read_text().splitlines() if line
)

TASK = """task: {task}
family: {family}
version: {version}
items: {task}.jsonl
template: "Q: {{input}}\\nA:"
answer_prefix: " "
separator: "\\n\\n"
stop: "\\n"
shots: [0, 1, 4, 8]
block: {block}
pool: {pool}
conditions: [gold]
source: "{source}"
licence: CC0-1.0
"""


def slug(text):
    kept = "".join(c if c.isascii() and c.isalnum() else "-" for c in text.lower())
    return "-".join(part for part in kept.split("-") if part)


def write(folder, task, family, source, pairs, version=1, labels=None):
    """Writes one task; `pairs` yields (input, output) for ever, and what comes twice is left out."""
    wanted, items, seen, ids = POOL + SCORED, [], set(), set()
    quota = {label: wanted // len(labels) for label in labels} if labels else None
    while len(items) < wanted:
        text, answer = next(pairs)
        key = text.lower() if not labels else text
        if key in seen or (quota and not quota[answer]):
            continue
        seen.add(key)
        if quota:
            quota[answer] -= 1
        name = slug(text) or "item"
        while name in ids:
            head, _, tail = name.rpartition("-")
            name = f"{head}-{int(tail) + 1}" if head and tail.isdigit() and len(tail) < 3 else f"{name}-2"
        ids.add(name)
        items.append({"id": name, "input": text, "output": answer, "aliases": [], "choices": labels})
    if labels:
        items = balanced(items, labels, random.Random(f"order {task}"))
    lines = [json.dumps(item, ensure_ascii=False) for item in items]
    (folder / f"{task}.jsonl").write_text("\n".join(lines) + "\n")
    (folder / f"{task}.yaml").write_text(
        TASK.format(task=task, family=family, version=version, block=BLOCK, pool=POOL, source=source)
    )


def balanced(items, labels, dice):
    """In rounds of as many items as a block has, each with every label equally often."""
    queues = {label: [item for item in items if item["output"] == label] for label in labels}
    ordered = []
    while any(queues.values()):
        block = [queues[label].pop() for label in labels for _ in range(BLOCK // len(labels))]
        dice.shuffle(block)
        ordered += block
    return ordered


def rule(task, draw):
    """Items for ever, from a generator of its own."""
    dice = random.Random(f"core 2 {task}")
    while True:
        yield draw(dice)


def phrase(dice, low, high, words=WORDS):
    return dice.sample(words, dice.randint(low, high))


def listed(task, answer, low=3, high=5, only=lambda words: True):
    def draw(dice):
        while True:
            words = phrase(dice, low, high)
            if only(words):
                return ", ".join(words), answer(words)

    return rule(task, draw)


def string(task, answer, low=1, high=2, shown=" ".join, only=lambda words: True):
    def draw(dice):
        while True:
            words = phrase(dice, low, high)
            if only(words):
                return shown(words), answer(words)

    return rule(task, draw)


def copy_words(dice):
    text = " ".join(phrase(dice, 3, 4, INVENTED if dice.random() < 0.5 else WORDS))
    return text, text


def in_brackets(dice):
    words = phrase(dice, 4, 5)
    place = dice.randrange(1, len(words) - 1)
    return " ".join(f"({w})" if i == place else w for i, w in enumerate(words)), words[place]


def continued(dice):
    first, second = dice.sample(WORDS, 2)
    count = dice.choice([5, 6, 7])
    words = [(first, second)[i % 2] for i in range(count + 1)]
    return " ".join(words[:-1]), words[-1]


def lookup(pairs):
    def draw(dice):
        keys = dice.sample(WORDS, 2 * pairs)
        table = list(zip(keys[:pairs], keys[pairs:]))
        key, value = dice.choice(table)
        return ", ".join(f"{k}: {v}" for k, v in table) + f"; {key}", value

    return draw


def abstract_number(dice):
    if dice.random() < 0.5:
        ones = "one two three four five six seven eight nine".split()
        tens = "twenty thirty forty fifty sixty seventy eighty ninety".split()
        number = dice.choice([str(dice.choice([dice.randint(101, 999), dice.randint(10_000, 99_999)])), f"{dice.choice(tens)} {dice.choice(ones)}"])
        return number, "alpha"
    tone = dice.choice(["light ", "dark ", "pale ", "bright ", "deep ", "soft "])
    return tone + dice.choice(COLOURS), "beta"


def abstract_living(dice):
    size = dice.choice(["", "big ", "small ", "old "])
    return (size + dice.choice(ANIMALS), "foo") if dice.random() < 0.5 else (size + dice.choice(THINGS), "bar")


def abstract_length(dice):
    return (phrase(dice, 1, 1)[0], "ping") if dice.random() < 0.5 else (" ".join(phrase(dice, 5, 7)), "pong")


def main():
    folder = pathlib.Path(sys.argv[1])
    drawn = "drawn with a fixed seed from a hand-written vocabulary; the answer follows by rule"
    lists, strings, copies, labels = "list-operations", "string-operations", "induction-copy", "abstract-labels"

    def put(task, family, pairs, source, version=1, choices=None):
        write(folder, task, family, source, pairs, version, choices)

    sizes = f"lists of three to five common English words {drawn}"
    put("first-of-list", lists, listed("first-of-list", lambda w: w[0]), sizes, 2)
    put("second-of-list", lists, listed("second-of-list", lambda w: w[1]), sizes)
    put("alphabetical-first", lists, listed("alphabetical-first", min, 3, 3), f"lists of three common English words {drawn}", 2)
    put("swap-two", lists, listed("swap-two", lambda w: f"{w[1]}, {w[0]}", 2, 2), f"two common English words {drawn}")
    put("sort-list", lists, listed("sort-list", lambda w: ", ".join(sorted(w)), 4, 4), f"lists of four common English words {drawn}")

    title = lambda words: " ".join(w.capitalize() for w in words)
    pieces = f"one to three common English words {drawn}"
    put("capitalise", strings, string("capitalise", title, 1, 3), pieces, 2)
    put("first-letter", strings, string("first-letter", lambda w: w[0][0], 1, 1), f"common English words {drawn}", 2)
    put("last-letter", strings, string("last-letter", lambda w: w[0][-1], 1, 1), f"common English words {drawn}")
    put("reverse-word", strings, string("reverse-word", lambda w: w[0][::-1], 1, 1, only=lambda w: len(w[0]) > 3), f"common English words of four letters or more {drawn}")
    put("hyphenate", strings, string("hyphenate", "-".join, 2, 3), f"two or three common English words {drawn}")

    put("copy-words", copies, rule("copy-words", copy_words), f"three or four common English or invented words {drawn}: the output repeats the input", 2)
    put("in-brackets", copies, rule("in-brackets", in_brackets), f"four or five common English words, one in brackets, {drawn}")
    put("continue-pattern", copies, rule("continue-pattern", continued), f"two common English words that alternate, {drawn}")
    put("key-lookup", copies, rule("key-lookup", lookup(5)), f"five key and value pairs {drawn}: the value of the key named last", 2)
    put("key-lookup-two", copies, rule("key-lookup-two", lookup(2)), f"two key and value pairs {drawn}: the value of the key named last")

    arbitrary = "; the labels are arbitrary"
    put("abstract-living", labels, rule("abstract-living", abstract_living), f"names of animals (foo) and of objects (bar), some with an adjective, {drawn}{arbitrary}", 2, ["foo", "bar"])
    put("abstract-number", labels, rule("abstract-number", abstract_number), f"numbers in words or digits (alpha) and shades of colours (beta), {drawn}{arbitrary}", 2, ["alpha", "beta"])
    put("abstract-length", labels, rule("abstract-length", abstract_length), f"one word (ping) or five to seven (pong), {drawn}{arbitrary}", 1, ["ping", "pong"])


if __name__ == "__main__":
    main()
