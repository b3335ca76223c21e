"""Compressed training data for CompressedDataTests, by Python's gzip and the zstd program: python3 make_goldens.py"""

import gzip
import io
import json
import pathlib
import subprocess

here = pathlib.Path(__file__).parent


def write(name, data):
    (here / name).write_bytes(data)


def packed(data):
    return gzip.compress(data, mtime=0)


def zstd(data, *options):
    return subprocess.run(["zstd", "-q", "-c", *options], input=data, stdout=subprocess.PIPE, check=True).stdout


pairs = [("say", "said"), ("go", "went"), ("What is the past of see?", "saw"), ("sing", "sang")]
records = [json.dumps({"prompt": prompt, "completion": completion}) + "\n" for prompt, completion in pairs]
lines = "".join(records).encode()
write("lines.jsonl", lines)
write("lines.jsonl.gz", packed(lines))
named = io.BytesIO()
with gzip.GzipFile(filename="train.jsonl", mode="wb", fileobj=named, mtime=1) as file:
    file.write(lines)
write("named.jsonl.gz", named.getvalue())
# Members and frames that end within lines, and an empty one.
half = len(lines) // 2
write("members.jsonl.gz", packed(lines[:half]) + packed(b"") + packed(lines[half:]))
write("padded.jsonl.gz", packed(lines) + bytes(512))
write("twice.gz", packed(packed(lines)))
write("table.csv.gz", packed(b"prompt,completion\ngo,went\n"))
skippable = bytes([0x50, 0x2A, 0x4D, 0x18, 3, 0, 0, 0]) + b"abc"
write("lines.jsonl.zst", zstd(lines, "--check"))
write("frames.jsonl.zst", skippable + zstd(lines[:half], "--check") + skippable + zstd(lines[half:], "--check"))
write("bomb.jsonl.zst", zstd(b'{"text": "' + b"a" * (1 << 30), "-19"))
