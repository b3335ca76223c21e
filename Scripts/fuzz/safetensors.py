"""Mutations of safetensors files: the header as a JSON tree, its length with it or against it, the data's length."""

import jsontree
import octets


def header(data, rng):
    if len(data) < 8:
        return data + b"\0" * 8
    length = int.from_bytes(data[:8], "little")
    if length > len(data) - 8:
        return octets.flip(data, rng)
    text, rest = data[8 : 8 + length], data[8 + length :]
    text = jsontree.document(text.rstrip(), rng)
    text += b" " * (-len(text) % 8)
    # Mostly the length that is right, so that what is behind it is reached.
    length = len(text) if rng.random() < 0.85 else rng.choice(octets.EXTREME_INTEGERS) % 2**64
    return length.to_bytes(8, "little") + text + rest


def offsets(data, rng):
    """Two tensors' data overlap, leave a hole, or end beyond the file: one offset moves by a little."""
    length = int.from_bytes(data[:8], "little")
    try:
        root = jsontree.parse(data[8 : 8 + length].decode())
    except (ValueError, RecursionError):
        return octets.flip(data, rng)
    pairs = root if isinstance(root, jsontree.Members) else []
    tensors = [member for _, member in pairs if isinstance(member, jsontree.Members)]
    if not tensors:
        return octets.flip(data, rng)
    for index, (key, value) in enumerate(tensor := rng.choice(tensors)):
        if key in ("data_offsets", "shape") and isinstance(value, list) and value and rng.random() < 0.7:
            place = rng.randrange(len(value))
            step = rng.choice([-8, -4, -1, 1, 4, 8, 2**62, 2**63, -(2**63), 2**31])
            if isinstance(value[place], int):
                tensor[index] = (key, value[:place] + [value[place] + step] + value[place + 1 :])
    try:
        text = jsontree.encode(jsontree.dump(root))
    except RecursionError:
        return data
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + data[8 + length :]


def numbers(data, rng):
    """Weights that are not finite, or extreme."""
    data = bytearray(data)
    for _ in range(rng.choice([1, 16])):
        start = rng.randrange(len(data) // 2, len(data)) & ~3 if len(data) > 16 else 0
        data[start : start + 4] = rng.choice(
            [b"\0\0\xc0\x7f", b"\0\0\x80\x7f", b"\xff\xff\x7f\x7f", b"\x01\0\0\0", b"\0\x7e\0\x7e", b"\0\x7c\0\xfc"]
        )
    return bytes(data)


def document(data, rng):
    if not data or rng.random() < 0.15:
        return rng.choice(octets.OPERATIONS)(data, rng)
    return rng.choice([header, header, header, offsets, numbers])(data, rng)
