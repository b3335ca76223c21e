"""Mutations of GGUF files by their fields: counts, keys, types, values, lengths, tensors' dimensions, types and offsets."""

import octets

SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
STRING, ARRAY = 8, 9


class Fields:
    """The spans of a file's fields, as far as it can be read."""

    def __init__(self, data):
        self.data, self.at, self.spans = data, 0, []
        try:
            self.read()
        except (IndexError, KeyError):
            pass

    def integer(self, width, kind="integer"):
        if self.at + width > len(self.data):
            raise IndexError
        self.spans.append((kind, self.at, self.at + width))
        self.at += width
        return int.from_bytes(self.data[self.at - width : self.at], "little")

    def text(self, kind="text"):
        start = self.at
        length = self.integer(8, "length")
        if self.at + length > len(self.data):
            raise IndexError
        self.at += length
        self.spans.append((kind, start, self.at))

    def value(self, kind):
        if kind == STRING:
            self.text()
        else:
            self.integer(SIZES[kind], "value")

    def read(self):
        self.integer(4)
        self.integer(4)
        tensors, keys = self.integer(8), self.integer(8)
        for _ in range(min(keys, 1000)):
            start = self.at
            self.text("key")
            kind = self.integer(4, "type")
            if kind == ARRAY:
                kind = self.integer(4, "type")
                for _ in range(self.integer(8, "count")):
                    self.value(kind)
            else:
                self.value(kind)
            self.spans.append(("entry", start, self.at))
        for _ in range(min(tensors, 1000)):
            start = self.at
            self.text("key")
            for _ in range(min(self.integer(4), 16)):
                self.integer(8, "dimension")
            self.integer(4, "type")
            self.integer(8, "offset")
            self.spans.append(("tensor", start, self.at))
        self.spans.append(("header", 0, self.at))


def field(data, rng):
    """One field takes another value."""
    spans = Fields(data).spans
    kinds = sorted({kind for kind, _, _ in spans} - {"header"})
    if not kinds:
        return octets.flip(data, rng)
    # By kind first: a vocabulary has thousands of texts.
    kind = rng.choice(kinds)
    _, start, end = rng.choice([span for span in spans if span[0] == kind])
    width = end - start
    if kind in ("text", "key"):
        text = rng.choice(octets.EXTREME_TEXTS)
        new = (len(text) if rng.random() < 0.9 else rng.choice(octets.EXTREME_INTEGERS) % 2**64).to_bytes(
            8, "little"
        ) + text
    elif kind in ("entry", "tensor"):
        new = rng.choice([b"", data[start:end] * 2])
    elif rng.random() < 0.3:
        new = (
            (int.from_bytes(data[start:end], "little") + rng.choice([-1, 1, 31, 32, -32])) % (1 << 8 * width)
        ).to_bytes(width, "little")
    elif kind == "type":
        new = rng.choice([*range(0, 44), 2**31, 2**32 - 1]).to_bytes(4, "little")
    else:
        new = (rng.choice(octets.EXTREME_INTEGERS) % (1 << 8 * width)).to_bytes(width, "little")
    return data[:start] + new + data[end:]


def cut(data, rng):
    """Ends at, or just beside, a field's border."""
    spans = Fields(data).spans
    return data[: max(0, rng.choice(spans)[rng.choice([1, 2])] + rng.choice([-1, 0, 1]))] if spans else b""


def element(data, rng):
    """A tensor's elements change: scales of blocks that are not finite among them."""
    spans = Fields(data).spans
    start = spans[-1][2] if spans else 0
    if start >= len(data):
        return octets.flip(data, rng)
    place = rng.randrange(start, len(data))
    return (
        data[:place]
        + rng.choice([b"\xff" * 2, b"\0\x7e", b"\0\xfc", b"\0\0\xc0\x7f", b"\xff" * 200])
        + data[place + 2 :]
    )


def document(data, rng):
    if not data or rng.random() < 0.1:
        return rng.choice(octets.OPERATIONS)(data, rng)
    return rng.choice([field, field, field, field, field, cut, element])(data, rng)
