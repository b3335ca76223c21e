"""Makes Tests/Goldens/released: tiny random checkpoints in the folders in which three kinds of models are released.

    python3 -m pip install -r requirements.txt
    python3 released.py --out ../../Tests/Goldens/released

transformers saves each folder; the vocabularies are trained here on the requests of smollm2_requests.py:
    qwen2.5  byte-level BPE as tokenizer.json with ChatML's added tokens; no token is put first
    gemma-3  a SentencePiece vocabulary as the tokenizer.json that transformers makes of it; <bos> is put first
    llama-2  SentencePiece's tokenizer.model alone, weights in shards; <s> is put first
expected.json holds, for each request, the ids (transformers' where there is a tokenizer.json, SentencePiece's where there
is none) and the log-probability of the continuation (fp32, eager attention, the stored bf16 weights).
"""

import argparse
import io
import json
import pathlib
import shutil

import sentencepiece
import torch
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import (
    Gemma3ForCausalLM, Gemma3TextConfig, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast, Qwen2Config,
    Qwen2ForCausalLM,
)

import smollm2_requests
from families import randomise

QWEN2 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
REQUESTS = [
    ("Q: hot\nA: cold\n\nQ: deep\nA:", " shallow"), ("echo 12", " 12"), ("The capital of France is", " Paris"),
    ("naïve  café №7\n\nQ:", " déjà →"), ("a", " b"),
]
SMALL = dict(
    hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
    max_position_embeddings=2048,
)


def corpus() -> list[str]:
    return [row["context"] for row in smollm2_requests.requests()]


def qwen() -> PreTrainedTokenizerFast:
    bpe = Tokenizer(models.BPE())
    bpe.normalizer = normalizers.NFC()
    bpe.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(QWEN2), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    bpe.decoder = decoders.ByteLevel()
    bpe.post_processor = processors.ByteLevel(trim_offsets=False)
    bpe.train_from_iterator(
        corpus(), trainers.BpeTrainer(
            vocab_size=400, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    bpe.add_special_tokens([AddedToken(t, special=True) for t in ("<|endoftext|>", "<|im_start|>", "<|im_end|>")])
    return PreTrainedTokenizerFast(tokenizer_object=bpe, eos_token="<|endoftext|>", pad_token="<|endoftext|>")


def pieces(**options) -> bytes:
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(line for text in corpus() for line in text.split("\n") if line), model_writer=model,
        model_type="bpe", vocab_size=420, byte_fallback=True, split_digits=True, normalization_rule_name="identity",
        remove_extra_whitespaces=False, character_coverage=1.0, hard_vocab_limit=False, minloglevel=2, **options)
    return model.getvalue()


def gemma() -> PreTrainedTokenizerFast:
    """What Gemma's tokenizer.json says, over pieces that SentencePiece trained."""
    processor = sentencepiece.SentencePieceProcessor(
        model_proto=pieces(pad_id=0, eos_id=1, bos_id=2, unk_id=3, add_dummy_prefix=False,
                           pad_piece="<pad>", eos_piece="<eos>", bos_piece="<bos>"))
    vocabulary = {processor.id_to_piece(i): i for i in range(processor.get_piece_size())}
    merges = []
    for whole, rank in vocabulary.items():
        for cut in range(1, len(whole)):
            left, right = whole[:cut], whole[cut:]
            if left in vocabulary and right in vocabulary and not processor.is_byte(rank):
                merges.append((processor.get_score(rank), (left, right)))
    merges.sort(key=lambda merge: -merge[0])
    bpe = Tokenizer(models.BPE(vocabulary, [m for _, m in merges], unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    bpe.normalizer = normalizers.Replace(" ", "▁")
    bpe.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    bpe.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    bpe.post_processor = processors.TemplateProcessing(single="<bos> $A", special_tokens=[("<bos>", 2)])
    bpe.add_special_tokens([AddedToken(t, special=True) for t in ("<pad>", "<eos>", "<bos>", "<unk>")])
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe, bos_token="<bos>", eos_token="<eos>", pad_token="<pad>", unk_token="<unk>")


def log_probability(model, context: list[int], whole: list[int]) -> float:
    with torch.no_grad():
        rows = model.float()(torch.tensor([whole])).logits[0].double().log_softmax(-1)
    return sum(rows[i - 1, whole[i]].item() for i in range(len(context), len(whole)))


def make(out: pathlib.Path, name: str, model, encode, write) -> None:
    folder = out / name
    shutil.rmtree(folder, ignore_errors=True)
    torch.manual_seed(len(name))
    randomise(model, len(name))
    model.to(torch.bfloat16).save_pretrained(folder, max_shard_size="60KB" if name == "llama-2" else "5GB")
    write(folder)
    rows = []
    kept = type(model).from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
    for context, continuation in REQUESTS:
        front, whole = encode(context), encode(context + continuation)
        assert whole[:len(front)] == front, (name, context)
        rows.append({
            "context": context, "continuation": continuation, "ids": whole, "context_tokens": len(front),
            "logprob": log_probability(kept, front, whole)})
    (folder / "expected.json").write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=pathlib.Path, required=True)
    out = parser.parse_args().out
    tokenizer = qwen()
    make(out, "qwen2.5", Qwen2ForCausalLM(Qwen2Config(
        vocab_size=416, tie_word_embeddings=True, bos_token_id=400, eos_token_id=400, **SMALL)),
        lambda text: tokenizer(text)["input_ids"], tokenizer.save_pretrained)
    gemma_tokenizer = gemma()
    make(out, "gemma-3", Gemma3ForCausalLM(Gemma3TextConfig(
        vocab_size=len(gemma_tokenizer), head_dim=16, query_pre_attn_scalar=16, sliding_window=8,
        layer_types=["sliding_attention", "full_attention"], bos_token_id=2, eos_token_id=1, pad_token_id=0, **SMALL)),
        lambda text: gemma_tokenizer(text)["input_ids"], gemma_tokenizer.save_pretrained)
    llama = pieces()
    processor = sentencepiece.SentencePieceProcessor(model_proto=llama)

    def write(folder: pathlib.Path) -> None:
        (folder / "tokenizer.model").write_bytes(llama)
        (folder / "tokenizer_config.json").write_text(json.dumps({
            "tokenizer_class": "LlamaTokenizer", "add_bos_token": True, "add_eos_token": False, "bos_token": "<s>",
            "eos_token": "</s>", "unk_token": "<unk>", "legacy": False}, indent=1) + "\n")

    make(out, "llama-2", LlamaForCausalLM(LlamaConfig(
        vocab_size=processor.get_piece_size(), tie_word_embeddings=False, bos_token_id=1, eos_token_id=2, **SMALL)),
        lambda text: [1] + processor.encode(text), write)


if __name__ == "__main__":
    main()
