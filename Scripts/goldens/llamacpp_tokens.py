#!/usr/bin/env python3
"""Makes the goldens of GGUF vocabularies with llama.cpp, and of tokenizer.model with SentencePiece.

  VENV/bin/python llamacpp_tokens.py OUT

OUT (Tests/Goldens/tokenizers) receives pre.tokenizer.json, a byte-level vocabulary whose merges cross every boundary, and
pre.cases.jsonl: its ids behind each `tokenizer.ggml.pre`. spm.model is a vocabulary that SentencePiece trained with byte
fallback, spm.json the same as a GGUF holds it, spm.cases.jsonl ids of SentencePiece and of llama.cpp with and without a space
before the text. llama.cpp is the one in xllamacpp: its server is asked, behind a model of one layer.
"""

import io
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import urllib.request

import gguf
import numpy as np
import sentencepiece
from tokenizers import Tokenizer, decoders, models, trainers

import make_tokenizer_goldens as base

# As in llama-vocab.cpp.
PRE = """
default minicpm5 llama3 llama-v3 llama-bpe falcon3 falcon-h1 pixtral midm-2.0 lfm2 jina-v5-nano deepseek-llm deepseek-coder
deepseek-v3 spark2_5 youtu falcon mpt starcoder gpt-2 phi-2 jina-es jina-de gigachat jina-v2-es jina-v2-de a.x-4.0 mellum
modern-bert jais-2 jina-v1-en jina-v2-code roberta-bpe refact command-r deepseek-r1-qwen kormo f2llmv2 qwen35
stablelm2 olmo dbrx smaug-bpe poro-chat chatglm-bpe glm4 glm5 viking jais tekken smollm codeshell bloom gpt3-finnish exaone
exaone4 exaone-moe chameleon minerva-7b megrez gpt-4o llama4 kanana2 talkie granite-embed-multi-97m tiny_aya cohere2moe
superbpe trillion granite-docling bailingmoe bailingmoe2 llada-moe seed-coder hunyuan hunyuan-dense hy_v4 joyai-llm ufakzeka
grok-2 afmoe laguna minimax-m2 solar-open mellum2
""".split()
# They write text as it is, not in the byte alphabet.
TEXT_PRE = ["gemma4", "granite-embed-multi-311m", "sarvam-moe"]


def tiny_model(path, fields):
    """A llama of one layer that is all zeros, with the tokenizer's fields."""
    writer = gguf.GGUFWriter(path, "llama")
    for key, value in fields.items():
        if isinstance(value, bool):
            writer.add_bool(key, value)
        elif isinstance(value, int):
            writer.add_uint32(key, value)
        elif isinstance(value, str):
            writer.add_string(key, value)
        else:
            writer.add_array(key, value)
    size, width = len(fields["tokenizer.ggml.tokens"]), 32
    writer.add_block_count(1)
    writer.add_context_length(4096)
    writer.add_embedding_length(width)
    writer.add_feed_forward_length(width)
    writer.add_head_count(1)
    writer.add_head_count_kv(1)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(width)
    writer.add_vocab_size(size)
    writer.add_tensor("token_embd.weight", np.zeros((size, width), dtype=np.float16))
    for name in ["output_norm", "blk.0.attn_norm", "blk.0.ffn_norm"]:
        writer.add_tensor(f"{name}.weight", np.zeros(width, dtype=np.float32))
    for name in ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"]:
        writer.add_tensor(f"blk.0.{name}.weight", np.zeros((width, width), dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def llamacpp_ids(path, texts):
    """llama.cpp's ids of texts, without BOS, special tokens recognised; in a process of its own, as the server stays."""
    command = [sys.executable, __file__, "--serve", path]
    done = subprocess.run(command, input=json.dumps(texts), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def serve(path):
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path, parameters.n_ctx, parameters.warmup = path, 256, False
    server = xllamacpp.Server(parameters)
    address = server.listening_address
    ids = []
    for text in json.load(sys.stdin):
        body = json.dumps({"content": text, "add_special": False, "parse_special": True}).encode()
        request = urllib.request.Request(f"{address}/tokenize", body, {"Content-Type": "application/json"})
        ids.append(json.loads(urllib.request.urlopen(request).read())["tokens"])
    print("\n" + json.dumps(ids), flush=True)
    os._exit(0)


def texts():
    lines = base.corpus(random.Random(20_251_122))
    chosen = lines[1:170:4] + lines[170::80]
    chosen += ["leÉcole naïveTÉ ÀÉîô Straße", "नमस्ते दुनिया क्या", "x=12345678 and 1234567.1234", "a\t\tb  \n\n  c\r\n\r\nd   "]
    chosen += ["don'T you'RE I'Ll we'Ve 'S 'sx", "한국어 カタカナ ひらがな 漢字kanji", "<sentinel:12> IMGIMGABCZ", "a.b,c!d?e;f:g(h)i|j …"]
    return list(dict.fromkeys(text for text in chosen if len(text) < 160))


def write(out, name, rows):
    (out / name).write_text("".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows))


def make_pre(out, scratch):
    """Ids behind every name; names with the same ids share a line."""
    chosen = texts()
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = base.byte_level(False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = sorted(base.pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(
        vocab_size=1200, show_progress=False, initial_alphabet=alphabet, special_tokens=["<|endoftext|>", "<s>", "</s>"]
    )
    tokenizer.train_from_iterator(chosen * 2 + base.PROSE.split("\n\n"), trainer)
    data = json.loads(tokenizer.to_str())
    vocab = data["model"]["vocab"]
    # No merge makes them: `ignore_merges` shows.
    for word in ["Ġhelicopter", "lighthouses", "ĠNorway", "Ġkeeper", "123", "Ġ" * 7, "12"]:
        vocab.setdefault(word, len(vocab))
    base.save(out, "pre", Tokenizer.from_str(json.dumps(data)), data)
    names = sorted(vocab, key=vocab.get)
    fields = {
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.tokens": names,
        "tokenizer.ggml.token_type": [3 if i < 3 else 1 for i in range(len(names))],
        "tokenizer.ggml.merges": [" ".join(merge) for merge in data["model"]["merges"]],
        "tokenizer.ggml.bos_token_id": 1,
        "tokenizer.ggml.eos_token_id": 2,
    }
    lines = {}
    for pre in PRE:
        path = f"{scratch}/{pre}.gguf"
        tiny_model(path, fields | {"tokenizer.ggml.pre": pre})
        lines.setdefault(json.dumps(llamacpp_ids(path, chosen)), []).append(pre)
        os.remove(path)
    write(out, "pre.texts.jsonl", chosen)
    write(out, "pre.cases.jsonl", [{"pre": pre, "ids": json.loads(ids)} for ids, pre in lines.items()])


def make_spm(out, scratch):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(line for line in base.PROSE.split("\n") if line),
        model_writer=model, model_type="bpe", vocab_size=900, byte_fallback=True, character_coverage=0.98,
        normalization_rule_name="identity", remove_extra_whitespaces=False, split_digits=True,
        user_defined_symbols=["<|user|>", "   "], num_threads=1, minloglevel=2,
    )  # fmt: skip
    (out / "spm.model").write_bytes(model.getvalue())
    own = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    ids = range(own.vocab_size())
    kinds = [(own.is_unknown, 2), (own.is_control, 3), (own.is_unused, 5), (own.is_byte, 6)]
    types = [next((kind for test, kind in kinds if test(i)), 1) for i in ids]
    types = [4 if own.id_to_piece(i) in ("<|user|>", "   ") else kind for i, kind in zip(ids, types)]
    tokens = [own.id_to_piece(i) if kind != 4 else own.id_to_piece(i).replace("▁", " ") for i, kind in zip(ids, types)]
    scores = [own.get_score(i) for i in ids]
    (out / "spm.json").write_text(json.dumps({"tokens": tokens, "scores": scores, "types": types}, separators=(",", ":")))
    fields = {
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.scores": [float(score) for score in scores],
        "tokenizer.ggml.token_type": types,
    }
    lines = base.corpus(random.Random(20_251_122))
    chosen = lines[:170:2] + lines[170::20] + ["a<s>b", "<|user|>a", "a   b    c", " <|user|> b", "<unk>", "<0x41>"]
    found = {}
    for prefix in (True, False):
        path = f"{scratch}/spm.gguf"
        tiny_model(path, fields | {"tokenizer.ggml.add_space_prefix": prefix})
        found[prefix] = llamacpp_ids(path, chosen)
    rows = zip(chosen, map(own.encode, chosen), found[True], found[False])
    write(out, "spm.cases.jsonl", [dict(zip(("text", "own", "prefixed", "bare"), row)) for row in rows])


if __name__ == "__main__":
    if sys.argv[1] == "--serve":
        serve(sys.argv[2])
    with tempfile.TemporaryDirectory() as scratch:
        target = pathlib.Path(sys.argv[1])
        make_spm(target, scratch)
        make_pre(target, scratch)
