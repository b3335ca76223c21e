"""Tokens a second of llama.cpp's prefill, through llama-cpp-python.

    python Scripts/peers/llama_prefill.py --model FILE.gguf --tokens FILE [--threads 2] [--repeats 5]

--tokens is a JSON array of ids: one sequence, fed as one batch into an empty context. Micro-batches of 512 and flash
attention are what llama.cpp's own programs take by default. Prints one JSON object: `tokens_per_second`, a figure for
each repeat after a warm-up, and `system`, what the library was built for. Used by scoring_speed.py.
"""

import argparse
import json
import pathlib
import time

import llama_cpp


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--tokens", type=pathlib.Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()

    tokens = json.loads(options.tokens.read_text())
    model = llama_cpp.Llama(
        options.model, n_ctx=len(tokens), n_batch=len(tokens), n_ubatch=512, n_threads=options.threads,
        n_threads_batch=options.threads, flash_attn=True, verbose=False,
    )
    rates = []
    for _ in range(options.repeats + 1):
        model.reset()
        start = time.perf_counter()
        model.eval(tokens)
        rates.append(len(tokens) / (time.perf_counter() - start))
    system = llama_cpp.llama_print_system_info().decode()
    print(json.dumps({"tokens_per_second": rates[1:], "system": " ".join(system.split())}))


if __name__ == "__main__":
    main()
