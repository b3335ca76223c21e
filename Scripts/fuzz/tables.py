"""Mutations of CSV by its cells, quotes and line ends, and of plain text by its lines and paragraphs."""

import octets


def cell(data, rng):
    rows = data.split(b"\n")
    index = rng.randrange(len(rows))
    cells = rows[index].split(b",")
    cells[rng.randrange(len(cells))] = rng.choice(
        [b"", b'"', b'"a', b'"a""', b'""""', b'"a\nb"', b'"a"b', b",", b";", b"\t", b'"' * 999, *octets.EXTREME_TEXTS]
    )
    rows[index] = b",".join(cells)
    return b"\n".join(rows)


def row(data, rng):
    rows = data.split(b"\n")
    index = rng.randrange(len(rows))
    rows[index:index] = [
        rng.choice([b"", b",", b",,,,,,,,", rows[index], rows[0], rows[index][::-1], b'"', b"\0", b"a" * 200000])
    ]
    return b"\n".join(rows)


def ends(data, rng):
    return data.replace(b"\n", rng.choice([b"\r\n", b"\r", b"\n\n", b"\n\r", b" \n", "\u2028".encode(), b"\0\n"]))


def column(data, rng):
    return b"\n".join(line + rng.choice([b",x", b"", b',"', b";x"]) for line in data.split(b"\n"))


def encoding(data, rng):
    text = data.decode("utf-8", "replace")
    return text.encode(rng.choice(["utf-16", "utf-16-le", "utf-32", "latin-1"]), "replace")


def document(data, rng):
    if rng.random() < 0.2:
        return rng.choice(octets.OPERATIONS)(data, rng)
    return rng.choice([cell, cell, cell, row, ends, column, encoding])(data, rng)
