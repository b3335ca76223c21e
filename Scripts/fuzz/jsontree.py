"""Mutations of JSON documents by their tree: types, numbers, keys, depth, spelling. Documents of a line each too."""

import json
import re

import octets


class Spelled(str):
    """Text that goes into the document as it is, whether or not it is JSON."""


class Members(list):
    """An object: its pairs in their order, keys as often as they occur."""


def parse(text):
    return json.loads(text, object_pairs_hook=Members)


def dump(value):
    if isinstance(value, Spelled):
        return str(value)
    if isinstance(value, Members):
        return "{" + ", ".join(f"{dump(key)}: {dump(member)}" for key, member in value) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(dump, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def encode(text):
    """As UTF-8; what cannot be that becomes bytes which are none."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def places(value):
    """Every (container, index) below a value, in the order of the text."""
    if isinstance(value, list):
        for index, element in enumerate(value):
            yield value, index
            yield from places(element[1] if isinstance(value, Members) else element)


def pick(root, rng):
    found = list(places(root))
    if not found:
        return None, None
    # A vocabulary of a thousand tokens must not hide the few fields around it: half of the draws are of the first ones.
    return found[rng.randrange(min(len(found), 40))] if rng.random() < 0.5 else rng.choice(found)


def get(container, index):
    return container[index][1] if isinstance(container, Members) else container[index]


def put(container, index, value):
    container[index] = (container[index][0], value) if isinstance(container, Members) else value


def text(rng):
    """A string, in its quotes, of which some are not JSON or no Unicode."""
    if rng.random() < 0.4:
        return Spelled(
            rng.choice(
                [
                    '"\\ud800"',
                    '"\\udc00\\ud800"',
                    '"\\u0000"',
                    '"\\u001b[31m"',
                    '"\\x"',
                    '"\\u12"',
                    '"abc',
                    '"\t"',
                    "'a'",
                    '"\\u202e\\u009b"',
                ]
            )
        )
    raw = rng.choice(octets.EXTREME_TEXTS)
    return Spelled('"' + raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"').decode("utf-8", "surrogateescape") + '"')


def another(value, rng):
    """What stands in a value's place."""
    draw = rng.random()
    if draw < 0.3:
        return Spelled(rng.choice(octets.EXTREME_NUMBERS))
    if draw < 0.55:
        return text(rng)
    if draw < 0.65:
        depth = rng.choice([2, 63, 64, 65, 500, 20000])
        opening, closing = rng.choice([("[", "]"), ('{"a":', "}")])
        return Spelled(opening * depth + "1" + closing * depth)
    if draw < 0.75 and isinstance(value, int) and not isinstance(value, bool):
        return value + rng.choice([-1, 1, 2, -value - 1])
    if draw < 0.8 and isinstance(value, str):
        return value[: len(value) // 2] + rng.choice(["", "\x1b[31m", "x" * 300, "/", "\u202e"])
    return rng.choice(
        [
            None,
            True,
            False,
            [],
            Members(),
            0,
            "",
            [value],
            Members([("x", value)]),
            [value, value],
            Spelled(""),
            Spelled("nul"),
        ]
    )


def replace(root, rng):
    container, index = pick(root, rng)
    if container is not None:
        put(container, index, another(get(container, index), rng))


def remove(root, rng):
    container, index = pick(root, rng)
    if container is not None:
        del container[index]


def repeat(root, rng):
    """A member twice, which makes a key that occurs twice; or an element many times."""
    container, index = pick(root, rng)
    if container is not None:
        container[index:index] = [container[index]] * rng.choice([1, 1, 50])


def rename(root, rng):
    found = [place for place in places(root) if isinstance(place[0], Members)]
    if found:
        container, index = rng.choice(found[:200])
        key = container[index][0]
        container[index] = (
            rng.choice([text(rng), key + "x" if isinstance(key, str) else key, "", "a" * 100000]),
            container[index][1],
        )


def swap(root, rng):
    """Two values change places."""
    (one, at), (other, there) = pick(root, rng), pick(root, rng)
    if one is not None:
        first, second = get(one, at), get(other, there)
        if not isinstance(first, list) and not isinstance(second, list):
            put(one, at, second)
            put(other, there, first)


TREE_OPERATIONS = [replace, replace, replace, remove, repeat, rename, swap]


def document(data, rng):
    """One mutation of one document's tree; of its bytes where it is no JSON any more."""
    try:
        root = [parse(data.decode())]
    except (ValueError, RecursionError):
        return rng.choice(octets.OPERATIONS)(data, rng)
    rng.choice(TREE_OPERATIONS)(root, rng)
    try:
        return encode("".join(map(dump, root)))
    except RecursionError:
        return data


def line(data, rng):
    """The same of one line among lines."""
    lines = data.split(b"\n")
    index = rng.randrange(len(lines))
    draw = rng.random()
    if draw < 0.1:
        lines[index:index] = [rng.choice([b"", b"   ", b"\r", lines[index], b"null", b"[]", b"{}", b"//"])]
    elif draw < 0.15:
        lines = [rng.choice([b"\r\n", b"\r", b"\n\n"]).join(lines)]
    elif lines[index]:
        lines[index] = document(lines[index], rng)
    return b"\n".join(lines)


def indented(data, rng):
    """A document that has a line for each part keeps its form where only one line changes: the same as `line`, commas aside."""
    lines = data.split(b"\n")
    index = rng.randrange(len(lines))
    numbers = list(re.finditer(rb"-?\d+(\.\d+)?|true|false|null|\"[^\"]*\"", lines[index]))
    if not numbers:
        return rng.choice(octets.OPERATIONS)(data, rng)
    span = rng.choice(numbers).span()
    value = encode(dump(another(0, rng)))
    lines[index] = lines[index][: span[0]] + value + lines[index][span[1] :]
    return b"\n".join(lines)
