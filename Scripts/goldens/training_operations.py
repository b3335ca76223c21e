"""Single operations and their input gradients in float64, for training.py; nothing to run.

`cases()` returns, by name, a dictionary of nested lists and numbers. In each, `y` is the output, `dy` the gradient that
arrives at it, and `d` before an input's name the gradient of sum(y * dy) with respect to that input. The inputs have
three decimals; torch's autograd gives the gradients, and its own finite differences confirm them. Versions: see
requirements.txt.
"""

import numpy as np
import torch
import torch.nn.functional as F
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

EPSILON, THETA = 1e-5, 10000.0


def differentiated(function, inputs: dict, random) -> dict:
    """Output, upstream gradient and input gradients of `function(*inputs)`; a random upstream gradient."""
    leaves = [torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in inputs.values()]
    assert torch.autograd.gradcheck(function, leaves)
    y = function(*leaves)
    dy = draw(random, *y.shape)
    gradients = torch.autograd.grad(y, leaves, torch.tensor(dy))
    case = {name: np.asarray(value).tolist() for name, value in inputs.items()}
    case |= {"y": y.tolist(), "dy": dy.tolist()}
    return case | {f"d{name}": gradient.tolist() for name, gradient in zip(inputs, gradients)}


def draw(random, *shape: int, scale: float = 1.0) -> np.ndarray:
    return random.normal(0, scale, shape).round(3)


def rotate(x: torch.Tensor, positions: list[int]) -> torch.Tensor:
    """transformers' rotary embedding of x [positions, heads, d]: i is paired with i + d/2."""
    d = x.shape[-1]
    frequencies = THETA ** (-torch.arange(0, d, 2, dtype=torch.float64) / d)
    angles = torch.tensor(positions, dtype=torch.float64)[:, None] * frequencies
    angles = torch.cat([angles, angles], dim=-1)[None]
    heads_first = x.transpose(0, 1)[None]
    rotated, _ = apply_rotary_pos_emb(heads_first, heads_first, angles.cos(), angles.sin())
    return rotated[0].transpose(0, 1)


def attend(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, lengths: list[int]) -> torch.Tensor:
    """Causal attention within each of the packed samples; q [rows, heads, d], k and v [rows, key heads, d]."""
    sample = torch.repeat_interleave(torch.arange(len(lengths)), torch.tensor(lengths))
    allowed = (sample[:, None] == sample[None, :]).tril()
    heads_first = (tensor.transpose(0, 1)[None] for tensor in (q, k, v))
    return F.scaled_dot_product_attention(*heads_first, attn_mask=allowed, enable_gqa=True)[0].transpose(0, 1)


def cases() -> dict[str, dict]:
    random = np.random.default_rng(7)
    found = {}

    inputs = {"x": draw(random, 3, 6, scale=2), "weight": draw(random, 6)}
    norm = differentiated(lambda x, weight: F.rms_norm(x, (6,), weight, EPSILON), inputs, random)
    found["rms_norm"] = {"epsilon": EPSILON} | norm

    inputs = {"gate": draw(random, 3, 5, scale=3), "up": draw(random, 3, 5)}
    found["silu_up"] = differentiated(lambda gate, up: F.silu(gate) * up, inputs, random)

    positions = [0, 1, 7, 200]
    rotary = differentiated(lambda x: rotate(x, positions), {"x": draw(random, 4, 2, 6)}, random)
    found["rotary"] = {"theta": THETA, "positions": positions} | rotary

    # Five rows each: one sample, then the same inputs as two samples packed.
    inputs = {"q": draw(random, 5, 2, 4, scale=2), "k": draw(random, 5, 1, 4), "v": draw(random, 5, 1, 4)}
    for name, lengths in (("attention", [5]), ("attention_packed", [3, 2])):
        case = differentiated(lambda q, k, v: attend(q, k, v, lengths), inputs, random)
        found[name] = {"scale": 0.5, "lengths": lengths} | case

    # The third row's logits overflow exp in fp32.
    targets, logits = [2, 0, 6, 3], draw(random, 4, 7, scale=2)
    logits[2] = logits[2] * 10 + 100
    loss = differentiated(
        lambda logits: F.cross_entropy(logits, torch.tensor(targets), reduction="none"), {"logits": logits}, random
    )
    found["cross_entropy"] = {"targets": targets} | loss
    return found
