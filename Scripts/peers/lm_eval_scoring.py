"""Runs lm-evaluation-harness on a folder of tasks and writes down what it sent to the model and how long that took.

    python Scripts/peers/lm_eval_scoring.py --tasks FOLDER --out FILE [--model FOLDER] [--threads 2] [--batch 16]

FILE receives one JSON object: `requests`, the (context, continuation) pairs in lm-eval's order, and with --model also
`seconds` (the whole `loglikelihood` call: tokenising, batching, forward), `logprobs`, `is_greedy` and `tokens` (the ids
of context and continuation). Without --model nothing is scored. Used by scoring_speed.py.
"""

import argparse
import json
import pathlib
import time

import torch
from lm_eval import simple_evaluate
from lm_eval.api.model import LM
from lm_eval.models.huggingface import HFLM
from lm_eval.tasks import TaskManager


class RecordingModel(LM):
    """Answers nothing: lm-eval builds its requests, and they are kept."""

    def loglikelihood(self, requests):
        self.record = {"requests": [request.args for request in requests]}
        return [(0.0, False)] * len(requests)

    def loglikelihood_rolling(self, requests):
        raise NotImplementedError("the tasks have no such requests")

    def generate_until(self, requests):
        raise NotImplementedError("the tasks have no such requests")


class TimedModel(HFLM):
    """lm-eval's transformers model as it is, with a clock around its `loglikelihood`."""

    def loglikelihood(self, requests, disable_tqdm=True):
        start = time.perf_counter()
        answers = super().loglikelihood(requests, disable_tqdm=True)
        self.record = {
            "seconds": time.perf_counter() - start,
            "requests": [request.args for request in requests],
            "logprobs": [float(logprob) for logprob, _ in answers],
            "is_greedy": [bool(greedy) for _, greedy in answers],
            "tokens": self.encoded,
        }
        return answers

    def _loglikelihood_tokens(self, requests, **options):
        self.encoded = [(context, continuation) for _, context, continuation in requests]
        return super()._loglikelihood_tokens(requests, **options)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--model")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", type=int, default=16)
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    model = RecordingModel()
    if options.model:
        model = TimedModel(pretrained=options.model, device="cpu", dtype="float32", batch_size=options.batch)
    # Neither its own thousands of tasks nor a bootstrap or samples: what it takes is for these requests alone.
    simple_evaluate(
        model=model,
        tasks=sorted(path.stem for path in options.tasks.glob("*.yaml")),
        task_manager=TaskManager(include_path=str(options.tasks), include_defaults=False),
        bootstrap_iters=0,
        log_samples=False,
    )
    options.out.write_text(json.dumps(model.record), encoding="utf-8")


if __name__ == "__main__":
    main()
