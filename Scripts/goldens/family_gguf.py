"""Makes Tests/Goldens/families/NAME.gguf: the checkpoints of families.py as llama.cpp's own converter writes them.

    python3 -m pip install -r requirements.txt
    python3 family_gguf.py --llama-cpp FOLDER --families ../../Tests/Goldens/families [NAME …]

FOLDER is llama.cpp's source tree (the goldens: `vendor/llama.cpp` of the sdist llama-cpp-python 0.3.36). Matrices are
written in BF16 and the rest in F32, which hold the weights of the folders exactly, so that the expectations of the
folder NAME are those of the file. What the converter expects and a tiny checkpoint lacks is put in its way by
`converter`; nothing of what it does with weights and sizes is changed. family_llama_cpp.py compares the logits.
"""

import argparse
import pathlib
import sys

# Left out: what llama.cpp has no architecture for, and variants whose switch a GGUF does not record (see README.md
# beside the goldens).
NAMES = (
    "llama-bias", "llama-linear", "llama-llama3", "llama-yarn", "arcee", "seed_oss", "ernie4_5", "apertus",
    "hunyuan_v1_dense", "mistral-null", "ministral3", "qwen2", "qwen2-untied", "qwen3", "gemma", "gemma2", "gemma3",
    "phi", "phi3", "phi3-window", "phi3-longrope", "olmo", "olmo2", "olmo3", "granite", "granite-bias",
    "granitemoehybrid", "smollm3", "gpt2", "gpt_neox", "gpt_neox-serial", "starcoder2-full",
    "stablelm", "stablelm-parallel", "stablelm-qk", "cohere", "cohere-plain", "cohere2", "glm4", "exaone4",
    "exaone4-full", "nemotron", "qwen3_moe", "qwen2_moe", "mixtral", "olmoe", "granitemoe",
)
# The same weights in other tensors: gate and up of the experts in one.
FUSED = {"qwen3_moe-fused": ["--fuse-gate-up-exps"]}


def converter(llama_cpp: pathlib.Path):
    """llama.cpp's convert_hf_to_gguf.py, made to take the goldens' tokenizer and transformers 5's spelling."""
    sys.path.insert(0, str(llama_cpp))
    import convert_hf_to_gguf
    from conversion.base import ModelBase, TextModel
    from conversion.glm import Glm4Model
    from conversion.phi import Phi3MiniModel
    from conversion.stablelm import StableLMModel

    # Tokenizers are told by a hash of what they make of a text; none has this size. Some families insist on
    # SentencePiece or on special tokens.
    TextModel.get_vocab_base_pre = lambda self, tokenizer: "gpt-2"
    TextModel._set_vocab_sentencepiece = lambda self, add_to_gguf=True: self._set_vocab_gpt2()
    Glm4Model.set_vocab = Phi3MiniModel.set_vocab = lambda self: self._set_vocab_gpt2()

    # The keys of transformers 4 that gpt2, gpt_neox and cohere2 are still read by.
    load = ModelBase.load_hparams

    def load_hparams(folder: pathlib.Path, is_mistral_format: bool) -> dict:
        config = load(folder, is_mistral_format)
        rope = config.get("rope_parameters") or {}
        return config | {"n_ctx": config.get("n_positions"), "rotary_pct": rope.get("partial_rotary_factor", 1.0)}

    ModelBase.load_hparams = staticmethod(load_hparams)

    # `modify_tensors` returns the stacked q and k norms from a generator, where they are lost.
    modify = StableLMModel.modify_tensors

    def modify_tensors(self, *arguments):
        stacked = yield from modify(self, *arguments)
        if stacked is not None:
            yield from stacked

    StableLMModel.modify_tensors = modify_tensors

    # llama.cpp's loader takes joined gate and up experts of any architecture; the writer's table has them for the newest.
    gguf = convert_hf_to_gguf.gguf
    gguf.MODEL_TENSORS[gguf.MODEL_ARCH.QWEN3MOE].append(gguf.MODEL_TENSOR.FFN_GATE_UP_EXP)
    return convert_hf_to_gguf


def convert(program, folder: pathlib.Path, path: pathlib.Path, kind: str, more: list[str] = []) -> None:
    # The name in the file, for llama.cpp looks for "phi-3" and the like in it.
    options = ["--model-name", "tiny", "--outtype", kind, "--outfile", str(path), *more]
    sys.argv = ["convert_hf_to_gguf.py", str(folder), *options]
    program.main()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--llama-cpp", type=pathlib.Path, required=True)
    parser.add_argument("--families", type=pathlib.Path, required=True)
    parser.add_argument("names", nargs="*", help="only these")
    arguments = parser.parse_args()
    program = converter(arguments.llama_cpp.resolve())
    for name in arguments.names or (*NAMES, *FUSED):
        path = arguments.families / f"{name}.gguf"
        convert(program, arguments.families / name, path, "bf16", FUSED.get(name, []))
        path.chmod(0o644)
        assert path.stat().st_size < 200_000, f"{name}: {path.stat().st_size}"


if __name__ == "__main__":
    main()
