"""Encodes and scores (context, continuation) requests as lm-evaluation-harness 0.4 does.

Used by the other scripts of this folder. Versions: see requirements.txt.
"""

import torch


def encode(tokenizer, context: str, continuation: str) -> tuple[list[int], list[int]]:
    """The context's and the continuation's token ids, after lm-eval's `_encode_pair`."""
    if context == "":
        ids = tokenizer.encode(continuation, add_special_tokens=False)
        prefix = tokenizer.bos_token_id if tokenizer.bos_token_id is not None else tokenizer.eos_token_id
        return ([prefix], ids) if ids[0] != prefix else (ids[:1], ids[1:])
    spaces = len(context) - len(context.rstrip())
    if spaces > 0:
        continuation = context[-spaces:] + continuation
        context = context[:-spaces]
    whole = tokenizer.encode(context + continuation)
    head = tokenizer.encode(context)
    return head, whole[len(head):]


@torch.no_grad()
def score(model, context: list[int], continuation: list[int]) -> dict:
    """The fp32 forward's logprob, summed in float64, and whether every token is the argmax.

    `margin` is the smallest difference between the two largest logits over the continuation's positions: a greedy flag
    of a row whose margin is tiny is not to be compared.
    """
    ids = torch.tensor([context + continuation])[:, :-1]
    logits = model(ids, use_cache=False).logits[0, len(context) - 1:].double()
    targets = torch.tensor(continuation)
    logprobs = torch.log_softmax(logits, dim=-1).gather(1, targets[:, None])
    top = logits.topk(2, dim=-1).values
    return {
        "logprob": float(logprobs.sum()),
        "is_greedy": bool((logits.argmax(dim=-1) == targets).all()),
        "margin": round(float((top[:, 0] - top[:, 1]).min()), 6),
        "tokens": continuation,
        "context_tokens": context,
    }
