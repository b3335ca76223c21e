"""Mutations of YAML by its lines, keys and values, with what YAML has beyond JSON: anchors, aliases, tags, merges, documents."""

import re

import octets

VALUES = [
    "",
    "~",
    "null",
    "true",
    "yes",
    "off",
    "[]",
    "{}",
    "[[[[[[[[[[]]]]]]]]]]",
    "[" * 3000,
    "{a: " * 1000,
    "- - - - 1",
    "&a [*a]",
    "*a",
    "*nobody",
    "!!binary aGk=",
    "!!int x",
    "!!python/object:os.system x",
    "!<tag:x> 1",
    "|\n  text",
    ">-\n  folded",
    "'",
    '"',
    '"\\x1b[31m"',
    '"\\ud800"',
    '"\\U00110000"',
    "? x",
    "@x",
    "`x",
    "%x",
    "2026-01-01",
    "0o17",
    "0x1F",
    "1_000",
    ".inf",
    "-.inf",
    ".nan",
    "<<",
    "# x",
    "a: b: c",
    "\ttab",
    "[1, 2",
    "{a: 1",
    "1:2:3",
    "../../../../etc/passwd",
    "/dev/zero",
    "/dev/stdin",
    ".",
    "/proc",
    "x" * 70000,
    "é" * 1000,
    "a\u202eb",
    "'a\u009bb'",
    "\u2028",
]
LAUGHS = "\n".join(
    [f"l0: &l0 [x, x, x, x, x, x, x, x, x]"]
    + [f"l{i}: &l{i} [" + ", ".join([f"*l{i - 1}"] * 9) + "]" for i in range(1, 10)]
)


def split(data):
    return data.decode("utf-8", "surrogateescape").split("\n")


def join(lines):
    return "\n".join(lines).encode("utf-8", "surrogateescape")


def value(data, rng):
    """Another value behind a key."""
    lines = split(data)
    keyed = [i for i, line in enumerate(lines) if re.match(r"[\s-]*[\w.]+:", line)]
    if keyed:
        index = rng.choice(keyed)
        key = re.match(r"[\s-]*[\w.]+:", lines[index]).group()
        lines[index] = f"{key} {rng.choice(VALUES + octets.EXTREME_NUMBERS)}"
    return join(lines)


def inner(data, rng):
    """Another value for one word of a flow collection or a list."""
    found = list(re.finditer(rb"[\w./-]+", data))
    if not found:
        return data
    start, end = rng.choice(found).span()
    return data[:start] + rng.choice(VALUES + octets.EXTREME_NUMBERS).encode("utf-8", "surrogateescape") + data[end:]


def line(data, rng):
    """A line less, twice, elsewhere, deeper, shallower; or one that does not belong there."""
    lines = split(data)
    index = rng.randrange(len(lines))
    draw = rng.randrange(7)
    if draw == 0:
        del lines[index]
    elif draw == 1:
        lines.insert(index, lines[index])
    elif draw == 2:
        lines.insert(rng.randrange(len(lines)), lines.pop(index))
    elif draw == 3:
        lines[index] = "  " + lines[index]
    elif draw == 4:
        lines[index] = lines[index].lstrip()
    elif draw == 5:
        lines[index] = re.sub(r"^([\s-]*)(\w+):", lambda m: f"{m[1]}{m[2]}x:", lines[index])
    else:
        lines.insert(
            index,
            rng.choice(
                [
                    "---",
                    "...",
                    "%YAML 1.2",
                    "%TAG ! x",
                    "<<: *a",
                    "&a x: 1",
                    "? [a]: b",
                    "\t- x",
                    "- x",
                    ": x",
                    "unknown: 1",
                    "? a\n? b",
                    "!!set {x}",
                    "'" * 3,
                    "\x00",
                    "\ufeff",
                ]
            ),
        )
    return join(lines)


def anchor(data, rng):
    """Aliases that multiply, refer to themselves, or merge."""
    laughs = rng.choice([LAUGHS, "a: &a [*a]", "a: &a {<<: *a}", "a: &a x\nb: *a", "x: &x {y: &y {z: [*x, *y]}}"])
    return data + laughs.encode() + b"\n" if rng.random() < 0.5 else laughs.encode() + b"\n" + data


OPERATIONS = [value, value, value, inner, inner, line, line, anchor]


def document(data, rng):
    if rng.random() < 0.15 or not data:
        return rng.choice(octets.OPERATIONS)(data, rng)
    return rng.choice(OPERATIONS)(data, rng)
