"""Mutations of bytes as such, and the values that all other mutations draw from."""

EXTREME_INTEGERS = [
    0,
    1,
    -1,
    2,
    7,
    127,
    128,
    255,
    256,
    32767,
    65535,
    65536,
    2**20,
    2**31 - 1,
    2**31,
    2**32 - 1,
    2**32,
    2**53 + 1,
    2**62,
    2**63 - 1,
    2**63,
    2**64 - 1,
    -(2**31),
    -(2**63),
]
# Spelled out, since no number of Python's prints as some of these.
EXTREME_NUMBERS = [
    "0",
    "-0",
    "-1",
    "0.5",
    "1e308",
    "1e309",
    "-1e309",
    "1e-400",
    "5e-324",
    "2147483648",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "18446744073709551616",
    "1" + "0" * 400,
    "0.1" + "3" * 300,
    "NaN",
    "Infinity",
    "-Infinity",
    "0x10",
    "1_000",
    "١٢",
    "+1",
    "01",
    "1.",
    ".5",
    "1e",
]
EXTREME_TEXTS = [
    b"",
    b" ",
    b"\x00",
    b"\x1b[2J\x1b]0;x\x07",
    b"\r",
    b"\n",
    b"\x7f",
    b"\xc2\x9b31m",
    b"\xe2\x80\xae",
    b"\xef\xbb\xbf",
    b"\xff",
    b"\xc0\x80",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    "é".encode(),
    "e\u0301".encode(),
    "😀".encode(),
    "ＡＢ".encode(),
    b"../../../../etc/passwd",
    b"/dev/zero",
    b"/dev/stdin",
    b"/proc/self/mem",
    b"~",
    b"-",
    b"--help",
    b"%s%n",
    b"{{input}}",
    b"{input}{input}",
    b"null",
    b"a" * 5000,
    "é".encode() * 3000,
    "\u0301".encode() * 2000,
    b"A" * 70000,
    b"<|endoftext|>",
    b"<script>",
    b"'; DROP TABLE scores;--",
]


def flip(data, rng):
    """Some bits."""
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 8])):
        if data:
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(data)


def overwrite(data, rng):
    """A word of an extreme value, anywhere."""
    width = rng.choice([1, 2, 4, 8])
    value = (rng.choice(EXTREME_INTEGERS) % (1 << 8 * width)).to_bytes(width, "little")
    start = rng.randrange(len(data) + 1)
    return data[:start] + value + data[start + width :]


def truncate(data, rng):
    return data[: rng.choice([0, 1, len(data) // 2, len(data) - 1, rng.randrange(len(data) + 1)])]


def lengthen(data, rng):
    return data + rng.choice([b"\0", b"\n", b"x" * 37, b"\0" * 4096, data])


def remove(data, rng):
    start = rng.randrange(len(data) + 1)
    return data[:start] + data[start + rng.choice([1, 2, 8, 64, 1000]) :]


def insert(data, rng):
    start = rng.randrange(len(data) + 1)
    return data[:start] + rng.choice(EXTREME_TEXTS) + data[start:]


def repeat(data, rng):
    """A piece twice, or many times."""
    start = rng.randrange(len(data) + 1)
    end = min(len(data), start + rng.choice([1, 4, 30, 300]))
    return data[:end] + data[start:end] * rng.choice([1, 3, 200]) + data[end:]


def move(data, rng):
    """A piece somewhere else."""
    start = rng.randrange(len(data) + 1)
    piece = data[start : start + rng.choice([1, 8, 60])]
    rest = data[:start] + data[start + len(piece) :]
    place = rng.randrange(len(rest) + 1)
    return rest[:place] + piece + rest[place:]


OPERATIONS = [flip, overwrite, truncate, lengthen, remove, insert, repeat, move]
