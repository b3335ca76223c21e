"""Compares llama.cpp's log probabilities of the families' GGUF files, in F32, with the expectations of transformers.

    python3 -m pip install -r requirements.txt
    python3 family_llama_cpp.py --llama-cpp FOLDER --families ../../Tests/Goldens/families [NAME …]

Writes nothing. Prints for each name the largest difference at the last position of each sequence; in README.md beside
the goldens stands why some are not small.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

import family_gguf


def server(path: pathlib.Path):
    import xllamacpp as llama

    parameters = llama.CommonParams()
    parameters.model.path = str(path)
    parameters.n_ctx, parameters.n_batch, parameters.n_ubatch, parameters.n_parallel = 256, 256, 256, 1
    parameters.cache_type_k = parameters.cache_type_v = llama.ggml_type.GGML_TYPE_F32
    parameters.flash_attn_type = llama.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
    parameters.warmup, parameters.fit_params, parameters.verbosity = False, False, -1
    parameters.cpuparams.n_threads = 1
    return llama.Server(parameters)


def log_probabilities(running, ids: list[int], vocabulary: int) -> np.ndarray:
    request = {"prompt": ids, "n_predict": 1, "n_probs": vocabulary, "samplers": [], "cache_prompt": False}
    answer = running.handle_completions(request)
    answer = json.loads(answer) if isinstance(answer, str) else answer
    found = np.full(vocabulary, np.nan)
    for entry in answer["choices"][0]["logprobs"]["content"][0]["top_logprobs"]:
        found[entry["id"]] = entry["logprob"]
    assert not np.isnan(found).any()
    return found


def compare(path: pathlib.Path, folder: pathlib.Path) -> None:
    expected = json.loads((folder / "expected.json").read_text())
    vocabulary, running, row, worst = expected["vocabulary"], server(path), 0, []
    logits = np.frombuffer((folder / expected["logits"]).read_bytes(), "<f4").reshape(-1, vocabulary).astype(float)
    for sequence in expected["sequences"]:
        row += len(sequence["positions"])
        last = logits[row - 1] - logits[row - 1].max()
        exact = last - np.log(np.exp(last).sum())
        worst.append(np.abs(log_probabilities(running, sequence["ids"], vocabulary) - exact).max())
    print(f"{folder.name}:", *(f"{difference:.1e}" for difference in worst))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--llama-cpp", type=pathlib.Path, required=True)
    parser.add_argument("--families", type=pathlib.Path, required=True)
    parser.add_argument("--one", action="store_true", help="in this process: a model that is refused ends it")
    parser.add_argument("names", nargs="*", help="only these")
    arguments = parser.parse_args()
    for name in arguments.names or family_gguf.NAMES:
        if not arguments.one:
            command = [sys.executable, *sys.argv[:5], "--one", name]
            done = subprocess.run(command, capture_output=True, text=True)
            print(done.stdout.splitlines()[-1] if done.returncode == 0 else f"{name}: not loaded", flush=True)
            continue
        with tempfile.TemporaryDirectory() as temporary:
            path, families = pathlib.Path(temporary) / "tiny.gguf", arguments.families
            llama_cpp = arguments.llama_cpp.resolve()
            family_gguf.convert(family_gguf.converter(llama_cpp), families / name, path, "f32")
            compare(path, families / name)


if __name__ == "__main__":
    main()
