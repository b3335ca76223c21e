"""Writes recipes/data/eight-tasks and recipes/data/four-formats from recipes/data/sentiment and recipes/data/diverse.

    python3 Scripts/claims/data.py
    python3 Scripts/claims/data.py --check

The same command writes the same bytes. With --check nothing is written: the status is 1 where a committed file differs.

eight-tasks/train.jsonl: every sample of sentiment/train.jsonl in its order, and after each of them one of another kind: the other
kinds of diverse/train.jsonl and eight-tasks/further.jsonl, shuffled together.
four-formats/train.jsonl, test.jsonl: every review of sentiment in its order, in one of four formats, each as often as the others.
"""

import argparse
import itertools
import json
import pathlib
import random
import sys

DATA = pathlib.Path(__file__).resolve().parents[2] / "recipes" / "data"
SEED = 1
LABELS = (" positive", " negative")
REVIEW, SENTIMENT = "Review: ", "\nSentiment:"
FORMATS = (
    REVIEW + "{}" + SENTIMENT,
    "Question: Is this review positive or negative? {}\nAnswer:",
    "### Instruction:\nDecide whether the review is positive or negative.\n\n### Input:\n{}\n\n### Response:",
    "User: Please tell me whether this review is positive or negative. {}\nAssistant:",
)


def samples(name):
    return [json.loads(line) for line in (DATA / name).read_text().splitlines()]


def lines(rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


def eight_tasks():
    """Sentiment and other kinds in turn, so that every even number of lines from an even place has as many of each."""
    sentiment = samples("sentiment/train.jsonl")
    others = [row for row in samples("diverse/train.jsonl") if not row["prompt"].startswith(REVIEW)]
    others += samples("eight-tasks/further.jsonl")
    random.Random(SEED).shuffle(others)
    return [row for pair in zip(sentiment, others, strict=True) for row in pair]


def drawn_formats(rows):
    """A format for every row: each label is dealt them in turn, from where the one before stopped, and its share is shuffled."""
    generator, deal, shares = random.Random(SEED), itertools.cycle(FORMATS), {}
    for label in LABELS:
        share = list(itertools.islice(deal, sum(row["completion"] == label for row in rows)))
        generator.shuffle(share)
        shares[label] = iter(share)
    return [next(shares[row["completion"]]) for row in rows]


def four_formats(part):
    rows = samples(f"sentiment/{part}.jsonl")
    reviews = [row["prompt"].removeprefix(REVIEW).removesuffix(SENTIMENT) for row in rows]
    return [
        {"prompt": layout.format(review), "completion": row["completion"]}
        for layout, review, row in zip(drawn_formats(rows), reviews, rows)
    ]


def files():
    """The text of each file by its name below recipes/data."""
    yield "eight-tasks/train.jsonl", lines(eight_tasks())
    for part in ("train", "test"):
        yield f"four-formats/{part}.jsonl", lines(four_formats(part))


def differs(name, text):
    path = DATA / name
    return not path.is_file() or path.read_text() != text


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare with the committed files, write nothing")
    if parser.parse_args().check:
        stale = [name for name, text in files() if differs(name, text)]
        sys.exit(f"not what this script writes: {', '.join(stale)}" if stale else 0)
    for name, text in files():
        (DATA / name).write_text(text)


if __name__ == "__main__":
    main()
