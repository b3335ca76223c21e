"""The tiny models of Tests/Goldens/families: one for every family and every switch that a config.json can set.

Used by families.py and the scripts after it; nothing to run. Sizes are the least that tell the switches apart: windows
(8), epsilons (0.01) and original context lengths (64, 100) are such that the sequences of expectations.py feel them,
and kv heads, head widths and rotary widths differ wherever the family lets them.
"""

import copy
import dataclasses
from collections.abc import Callable

import torch
from transformers import AutoConfig, PreTrainedConfig

FULL, SLIDING = "full_attention", "sliding_attention"
WINDOW = 8


@dataclasses.dataclass
class Variant:
    """A model: `config` as transformers takes it, and what is done to the files that transformers writes.

    `matters`: changes of the config, each of which must move the logits (the weights as they are); `acts`: the same
    for an activation put in place of the model's. `edit` rewrites config.json, `rename` a tensor's name (None drops
    the tensor), `restack` all tensors, `leftovers` are tensors that older files hold and nothing reads. `same_as`: the
    variant whose weights and logits this one has, so that only its files differ. `seed` is one with which fp32 is near
    to float64.
    """

    model_type: str
    config: dict = dataclasses.field(default_factory=dict)
    matters: list[dict] = dataclasses.field(default_factory=list)
    acts: list[str] = dataclasses.field(default_factory=list)
    edit: Callable[[dict], dict] | None = None
    rename: Callable[[str], str | None] | None = None
    restack: Callable[[dict[str, torch.Tensor]], dict[str, torch.Tensor]] | None = None
    leftovers: dict[str, torch.Tensor] = dataclasses.field(default_factory=dict)
    same_as: str | None = None
    seed: int = 1

    def built(self, **changes) -> PreTrainedConfig:
        settings = SIZES | ALIASES.get(self.model_type, {}) | self.config | changes
        # A copy, for some config classes write into the dictionaries that they are given.
        settings = copy.deepcopy({key: value for key, value in settings.items() if value is not ABSENT})
        return AutoConfig.for_model(self.model_type, **settings)


ABSENT = object()

SIZES = {
    "vocab_size": 128, "hidden_size": 32, "intermediate_size": 40, "num_hidden_layers": 2, "num_attention_heads": 4,
    "num_key_value_heads": 2, "max_position_embeddings": 256, "bos_token_id": 0, "eos_token_id": 0,
    "pad_token_id": None,
}
# Families that have other names for the sizes, or have no such size.
ALIASES = {
    "gpt2": {"intermediate_size": ABSENT, "num_key_value_heads": ABSENT},
    "opt": {"intermediate_size": ABSENT, "num_key_value_heads": ABSENT, "ffn_dim": 40},
    "gpt_neox": {"num_key_value_heads": ABSENT},
    "gemma3": {key: ABSENT for key in SIZES if not key.endswith("token_id")},
}


def rope(kind: str = "default", theta: float = 10000.0, **more) -> dict:
    return {"rope_type": kind, "rope_theta": theta} | more


RMS, LAYER = {"rms_norm_eps": 0.01}, {"layer_norm_eps": 0.01}
RMS_MATTERS, LAYER_MATTERS = {"rms_norm_eps": 1e-5}, {"layer_norm_eps": 1e-5}
PLAIN = {"rope_parameters": rope()}
YARN = rope("yarn", factor=4.0, original_max_position_embeddings=64)
LLAMA3 = rope(
    "llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=64
)
LINEAR = {FULL: rope("linear", 1e6, factor=8.0), SLIDING: rope()}
LONG = rope(
    "longrope", short_factor=[1.0, 1.1, 1.3, 1.6, 2.0, 2.5], long_factor=[1.0, 1.5, 2.5, 4.0, 6.0, 9.0],
    partial_rotary_factor=0.75, original_max_position_embeddings=100,
)
VISION = {
    "hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "image_size": 28,
    "patch_size": 14, "num_channels": 3, "vision_use_head": False,
}
GEMMA3_TWO = SIZES | RMS | {
    "head_dim": 16, "query_pre_attn_scalar": 24, "sliding_window": WINDOW, "layer_types": [SLIDING, FULL],
    "rope_parameters": LINEAR,
}

# Every sixth layer is full.
GEMMA3_SIX = RMS | {
    "head_dim": 8, "query_pre_attn_scalar": 8, "sliding_window": WINDOW, "num_hidden_layers": 6,
    "intermediate_size": 24, "rope_parameters": LINEAR,
}


def older(**keys) -> Callable[[dict], dict]:
    """config.json as transformers 4 wrote it: `keys` in place of the rope parameters, and the type under its old name.

    A key whose value is ABSENT is left out.
    """

    def edit(config: dict) -> dict:
        config["torch_dtype"] = config.pop("dtype")
        config["transformers_version"] = "4.51.3"
        del config["rope_parameters"]
        config |= keys
        return {key: value for key, value in config.items() if value is not ABSENT}

    return edit


def edited(**keys) -> Callable[[dict], dict]:
    return lambda config: config | keys


def wrapped(*pairs: tuple[str, str]) -> Callable[[str], str]:
    """Renames by the first prefix that fits."""

    def rename(name: str) -> str:
        for new, old in pairs:
            if name.startswith(new):
                return old + name.removeprefix(new)
        return name

    return rename


LLAMA = {
    "llama-bias": Variant(
        "llama", RMS | PLAIN | {"attention_bias": True, "mlp_bias": True}, [RMS_MATTERS]
    ),
    "llama-linear": Variant(
        "llama", RMS | {"rope_parameters": rope("linear", factor=4.0), "tie_word_embeddings": True}, [PLAIN]
    ),
    "llama-llama3": Variant(
        "llama", RMS | {"head_dim": 16, "rope_parameters": LLAMA3},
        [PLAIN, *({"rope_parameters": LLAMA3 | other} for other in (
            {"original_max_position_embeddings": 256}, {"low_freq_factor": 2.0}, {"high_freq_factor": 8.0}
        ))],
    ),
    "llama-yarn": Variant(
        "llama", RMS | {"head_dim": 16, "rope_parameters": YARN},
        [PLAIN, *({"rope_parameters": YARN | other} for other in (
            {"original_max_position_embeddings": 256}, {"attention_factor": 1.0}, {"truncate": False}
        ))],
        seed=2,
    ),
    "llama-yarn-mscale": Variant(
        "llama",
        RMS | {
            "rope_parameters": YARN | {
                "mscale": 1.0, "mscale_all_dim": 0.4, "beta_fast": 2.0, "beta_slow": 0.5, "truncate": False
            }
        },
        [{"rope_parameters": YARN | {"beta_fast": 2.0, "beta_slow": 0.5}}, {"rope_parameters": YARN}],
    ),
    # Within max_position_embeddings dynamic scaling does nothing; beyond, theta follows the length of the call.
    "llama-dynamic": Variant("llama", RMS | {"rope_parameters": rope("dynamic", factor=4.0)}),
    "llama-dynamic-beyond": Variant(
        "llama", RMS | {"rope_parameters": rope("dynamic", factor=4.0), "max_position_embeddings": 100}, [PLAIN]
    ),
    "arcee": Variant("arcee", RMS | PLAIN, [RMS_MATTERS], ["relu"], seed=3),
    "arcee-bias": Variant("arcee", RMS | PLAIN | {"attention_bias": True, "mlp_bias": True}, [RMS_MATTERS], ["relu"]),
    "seed_oss": Variant("seed_oss", RMS | PLAIN | {"head_dim": 16}, [RMS_MATTERS]),
    "ernie4_5": Variant("ernie4_5", RMS | {"head_dim": 16}, [PLAIN], seed=9),
    "helium": Variant("helium", RMS | {"head_dim": 8}, [RMS_MATTERS, PLAIN]),
    "apertus": Variant(
        "apertus", RMS | {"rope_parameters": LLAMA3 | {"rope_theta": 1e5}}, [RMS_MATTERS, PLAIN],
    ),
    "hunyuan_v1_dense": Variant(
        "hunyuan_v1_dense", RMS | PLAIN | {"head_dim": 16, "tie_word_embeddings": True}, [RMS_MATTERS]
    ),
}

MISTRAL = {
    "mistral": Variant("mistral", RMS | PLAIN | {"sliding_window": WINDOW}, [{"sliding_window": None}]),
    "mistral-null": Variant(
        "mistral", RMS | PLAIN | {"sliding_window": None, "head_dim": 16}, [{"sliding_window": 8}],
        seed=11,
    ),
    "ministral": Variant(
        "ministral", RMS | PLAIN | {"sliding_window": WINDOW, "layer_types": [SLIDING, FULL], "head_dim": 8},
        [{"layer_types": [FULL, FULL]}, {"layer_types": [SLIDING, SLIDING]}],
    ),
    "ministral3": Variant(
        "ministral3",
        RMS | {
            "head_dim": 16, "sliding_window": None,
            "rope_parameters": YARN | {"mscale": 1.0, "mscale_all_dim": 1.0, "llama_4_scaling_beta": 0.3},
        },
        [{"rope_parameters": YARN | {"mscale": 1.0, "mscale_all_dim": 1.0, "llama_4_scaling_beta": 0.0}},
         {"rope_parameters": YARN | {"llama_4_scaling_beta": 0.3}}],
    ),
}

QWEN = {
    "qwen2": Variant("qwen2", RMS | PLAIN | {"tie_word_embeddings": True}, [RMS_MATTERS]),
    "qwen2-older": Variant(
        "qwen2", RMS | PLAIN | {"tie_word_embeddings": True}, same_as="qwen2",
        edit=older(rope_theta=10000.0, rope_scaling=None, sliding_window=WINDOW, use_sliding_window=False,
                   max_window_layers=1, layer_types=ABSENT),
    ),
    "qwen2-untied": Variant("qwen2", RMS | {"rope_parameters": rope(theta=1e6)}, [PLAIN]),
    "qwen2-window": Variant(
        "qwen2", RMS | PLAIN | {"use_sliding_window": True, "sliding_window": WINDOW, "max_window_layers": 1},
        [{"use_sliding_window": False}, {"max_window_layers": 0}],
    ),
    "qwen3": Variant("qwen3", RMS | PLAIN | {"head_dim": 16}, [RMS_MATTERS]),
    "qwen3-bias": Variant(
        "qwen3", RMS | PLAIN | {"head_dim": 8, "attention_bias": True, "tie_word_embeddings": True}, [RMS_MATTERS]
    ),
}

GEMMA = {
    # The word "gelu" in a gemma file means the tanh form.
    "gemma": Variant(
        "gemma", RMS | PLAIN | {"head_dim": 16, "num_key_value_heads": 1}, [RMS_MATTERS], ["gelu"],
        edit=edited(hidden_act="gelu"),
    ),
    "gemma2": Variant(
        "gemma2",
        RMS | PLAIN | {
            "head_dim": 16, "query_pre_attn_scalar": 16, "sliding_window": WINDOW, "num_hidden_layers": 3,
            "attn_logit_softcapping": 2.0, "final_logit_softcapping": 3.0,
        },
        [{"sliding_window": 300}, {"attn_logit_softcapping": None}, {"final_logit_softcapping": None},
         {"layer_types": [FULL, SLIDING, FULL]}],
        ["gelu"],
    ),
    "gemma2-scale": Variant(
        "gemma2",
        RMS | PLAIN | {
            "head_dim": 8, "query_pre_attn_scalar": 24, "sliding_window": WINDOW, "attn_logit_softcapping": 2.0,
            "final_logit_softcapping": 3.0,
        },
        [{"query_pre_attn_scalar": 8}],
    ),
    "gemma3": Variant(
        "gemma3_text", GEMMA3_SIX,
        [{"sliding_window": 300}, {"layer_types": [SLIDING] * 6}, {"rope_parameters": LINEAR | {FULL: rope(theta=1e6)}},
         {"rope_parameters": LINEAR | {SLIDING: rope(theta=1e6)}}],
        ["gelu"],
    ),
    "gemma3-older": Variant(
        "gemma3_text", GEMMA3_SIX, same_as="gemma3",
        edit=older(rope_theta=1000000.0, rope_local_base_freq=10000.0, sliding_window_pattern=6, layer_types=ABSENT,
                   _sliding_window_pattern=ABSENT, use_bidirectional_attention=ABSENT,
                   rope_scaling={"factor": 8.0, "rope_type": "linear"}),
    ),
    "gemma3-scale": Variant(
        "gemma3_text", GEMMA3_TWO, [{"query_pre_attn_scalar": 16}, {"layer_types": [FULL, SLIDING]}]
    ),
}


def older_wrapper(config: dict) -> dict:
    """The wrapper's config.json as transformers 4 wrote it: the type at the top, the text in the old spelling."""
    text = older(
        rope_theta=1000000.0, rope_local_base_freq=10000.0, sliding_window_pattern=2, layer_types=ABSENT,
        _sliding_window_pattern=ABSENT, use_bidirectional_attention=ABSENT, torch_dtype=ABSENT,
        transformers_version=ABSENT, rope_scaling={"factor": 8.0, "rope_type": "linear"},
    )(config["text_config"])
    vision = {key: value for key, value in config["vision_config"].items() if key != "dtype"}
    top = {key: value for key, value in config.items() if key != "dtype"}
    top |= {"torch_dtype": config["dtype"], "transformers_version": "4.51.3"}
    return top | {"text_config": text, "vision_config": vision}


WRAPPER = {"text_config": GEMMA3_TWO, "vision_config": VISION, "mm_tokens_per_image": 4,
           "boi_token_index": 1, "eoi_token_index": 2, "image_token_index": 3}
GEMMA |= {
    # Tensors as transformers since 4.52 names them, and as the files on the hub have them.
    "gemma3-wrapper": Variant(
        "gemma3", WRAPPER,
        rename=wrapped(("language_model.model.", "model.language_model."), ("vision_tower.", "model.vision_tower."),
                       ("multi_modal_projector.", "model.multi_modal_projector.")),
    ),
    "gemma3-wrapper-older": Variant(
        "gemma3", WRAPPER, same_as="gemma3-wrapper",
        edit=older_wrapper,
        rename=wrapped(("model.language_model.", "language_model.model."), ("lm_head.", "language_model.lm_head."),
                       ("model.vision_tower.", "vision_tower.vision_model."),
                       ("model.multi_modal_projector.", "multi_modal_projector.")),
    ),
}

PHI_HALF = LAYER | {"rope_parameters": rope(partial_rotary_factor=0.5)}
PHI3_LONG = RMS | {
    "num_attention_heads": 2, "num_key_value_heads": 1, "max_position_embeddings": 400,
    "original_max_position_embeddings": 100, "rope_parameters": LONG,
}
PHI = {
    # As every released phi: as many kv heads as heads, four times the width in the MLP.
    "phi": Variant(
        "phi", PHI_HALF | {"num_key_value_heads": 4, "intermediate_size": 128},
        [LAYER_MATTERS, {"rope_parameters": rope(partial_rotary_factor=1.0)}], ["gelu"],
    ),
    "phi-grouped": Variant("phi", PHI_HALF, [LAYER_MATTERS], ["gelu"]),
    "phi3": Variant("phi3", RMS | PLAIN, [RMS_MATTERS]),
    "phi3-window": Variant("phi3", RMS | PLAIN | {"sliding_window": WINDOW}, [{"sliding_window": None}]),
    "phi3-longrope": Variant(
        "phi3", PHI3_LONG,
        [{"rope_parameters": LONG | {"short_factor": LONG["long_factor"]}},
         {"rope_parameters": LONG | {"long_factor": LONG["short_factor"]}},
         {"rope_parameters": LONG | {"attention_factor": 1.0}}],
    ),
    "phi3-longrope-older": Variant(
        "phi3", PHI3_LONG, same_as="phi3-longrope",
        edit=older(rope_theta=10000.0, partial_rotary_factor=0.75,
                   rope_scaling={"type": "longrope", "short_factor": LONG["short_factor"],
                                 "long_factor": LONG["long_factor"]}),
    ),
}

OLMO_YARN = YARN | {"rope_theta": 5e5}
OLMO3 = RMS | {
    "sliding_window": WINDOW, "layer_types": [SLIDING, FULL],
    "rope_parameters": {FULL: OLMO_YARN, SLIDING: rope(theta=5e5)},
}
OLMO = {
    "olmo": Variant("olmo", PLAIN | {"clip_qkv": 0.8}, [{"clip_qkv": None}]),
    "olmo2": Variant("olmo2", RMS | PLAIN, [RMS_MATTERS]),
    "olmo3": Variant(
        "olmo3", OLMO3,
        [{"layer_types": [FULL, SLIDING]}, {"sliding_window": 300},
         {"rope_parameters": {FULL: OLMO_YARN | {"original_max_position_embeddings": 256}, SLIDING: rope(theta=5e5)}},
         {"rope_parameters": {FULL: OLMO_YARN, SLIDING: OLMO_YARN}},
         {"rope_parameters": {FULL: rope(theta=5e5), SLIDING: rope(theta=5e5)}}],
    ),
    "olmo3-older": Variant(
        "olmo3", OLMO3, same_as="olmo3",
        edit=older(rope_theta=500000.0,
                   rope_scaling={"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64}),
    ),
}

MULTIPLIERS = {
    "embedding_multiplier": 3.0, "residual_multiplier": 0.4, "attention_multiplier": 0.2, "logits_scaling": 2.0
}
# Granite 4 without experts and without Mamba layers: only the shared MLP is left.
DENSE = MULTIPLIERS | {
    "num_local_experts": 0, "num_experts_per_tok": 0, "shared_intermediate_size": 40, "mamba_n_heads": 4,
    "layer_types": ["attention"] * 2,
}
GRANITE = {
    "granite": Variant(
        "granite", RMS | PLAIN | MULTIPLIERS, [RMS_MATTERS, *({key: 1.0} for key in MULTIPLIERS)]
    ),
    "granite-bias": Variant(
        "granite", RMS | PLAIN | MULTIPLIERS | {"attention_bias": True, "mlp_bias": True, "tie_word_embeddings": True},
        [RMS_MATTERS],
    ),
    "granitemoehybrid": Variant(
        "granitemoehybrid", RMS | PLAIN | DENSE | {"position_embedding_type": "rope"},
        [RMS_MATTERS, *({key: 1.0} for key in MULTIPLIERS), {"position_embedding_type": "nope"}],
        # The word of the files on the hub, which transformers 5 writes as "full_attention".
        edit=edited(layer_types=["attention"] * 2),
    ),
    "granitemoehybrid-nope": Variant(
        "granitemoehybrid", RMS | DENSE | {"position_embedding_type": "nope", "tie_word_embeddings": True},
        [RMS_MATTERS],
    ),
    "smollm3": Variant(
        "smollm3", RMS | PLAIN | {"num_hidden_layers": 4, "intermediate_size": 24},
        [{"no_rope_layers": [1] * 4}, {"no_rope_layers": [0, 0, 0, 1]}], seed=12,
    ),
    "smollm3-window": Variant(
        "smollm3",
        RMS | {"no_rope_layers": [0, 1], "use_sliding_window": True, "sliding_window": WINDOW,
               "tie_word_embeddings": False},
        [{"use_sliding_window": False}, {"no_rope_layers": [1, 0]}, PLAIN],
    ),
}

NEOX = LAYER | {"num_attention_heads": 2, "max_position_embeddings": 160}
GPT2 = {"layer_norm_epsilon": 0.01, "max_position_embeddings": 160}


def masks(attention: str) -> dict[str, torch.Tensor]:
    """The causal masks that older files store beside the weights."""
    mask = torch.ones(160, 160).tril().to(torch.uint8).reshape(1, 1, 160, 160)
    return {
        f"{attention.format(layer)}.{name}": tensor.clone()
        for layer in range(2) for name, tensor in (("bias", mask), ("masked_bias", torch.tensor(-1e9)))
    }


GPT = {
    "gpt2": Variant("gpt2", GPT2, [{"layer_norm_epsilon": 1e-5}], ["gelu"]),
    # As OpenAI's own files name the tensors, with the masks that those hold besides.
    "gpt2-bare": Variant(
        "gpt2", GPT2, same_as="gpt2", leftovers=masks("h.{}.attn"),
        rename=lambda name: None if name == "lm_head.weight" else name.removeprefix("transformer."),
    ),
    "gpt2-inverse": Variant(
        "gpt2", GPT2 | {"scale_attn_by_inverse_layer_idx": True, "n_inner": 40,
                 "tie_word_embeddings": False},
        [{"scale_attn_by_inverse_layer_idx": False}, {"scale_attn_weights": False}],
    ),
    "gpt_neox": Variant(
        "gpt_neox", NEOX | {"rope_parameters": rope(partial_rotary_factor=0.25)},
        [LAYER_MATTERS, {"use_parallel_residual": False}, {"rope_parameters": rope(partial_rotary_factor=0.5)}],
        ["gelu_new"],
    ),
    "gpt_neox-older": Variant(
        "gpt_neox", NEOX | {"rope_parameters": rope(partial_rotary_factor=0.25)},
        same_as="gpt_neox", leftovers=masks("gpt_neox.layers.{}.attention"),
        edit=older(rotary_emb_base=10000, rotary_pct=0.25),
    ),
    "gpt_neox-serial": Variant(
        "gpt_neox", NEOX | {"use_parallel_residual": False, "rope_parameters": rope(partial_rotary_factor=0.5)},
        [{"use_parallel_residual": True}],
    ),
    "opt": Variant("opt", {"max_position_embeddings": 160}, [], ["gelu"]),
}

COHERE2 = LAYER | PLAIN | {
    "num_hidden_layers": 4, "intermediate_size": 24, "sliding_window": WINDOW, "logit_scale": 0.25
}
STABLE = {"num_attention_heads": 2, "num_key_value_heads": 1, "rope_parameters": rope(partial_rotary_factor=0.25)}
OTHERS = {
    "starcoder2": Variant(
        "starcoder2", PLAIN | {"norm_epsilon": 0.01, "sliding_window": WINDOW},
        [{"norm_epsilon": 1e-5}, {"sliding_window": None}], ["gelu"],
    ),
    "starcoder2-full": Variant("starcoder2", PLAIN | {"norm_epsilon": 0.01}, [{"norm_epsilon": 1e-5}]),
    "starcoder2-bare": Variant(
        "starcoder2", PLAIN | {"norm_epsilon": 0.01, "use_bias": False, "tie_word_embeddings": False},
        [{"norm_epsilon": 1e-5}],
    ),
    "stablelm": Variant(
        "stablelm", LAYER | STABLE, [LAYER_MATTERS, {"rope_parameters": rope(partial_rotary_factor=1.0)}]
    ),
    "stablelm-parallel": Variant("stablelm", LAYER | STABLE | {"use_parallel_residual": True}, [LAYER_MATTERS]),
    "stablelm-qk": Variant("stablelm", LAYER | STABLE | {"qk_layernorm": True, "use_qkv_bias": True}, [LAYER_MATTERS]),
    "cohere": Variant(
        "cohere", LAYER | PLAIN | {"use_qk_norm": True, "logit_scale": 0.25}, [LAYER_MATTERS, {"logit_scale": 1.0}]
    ),
    "cohere-plain": Variant(
        "cohere", LAYER | {"logit_scale": 0.25, "num_key_value_heads": 4}, [LAYER_MATTERS, {"logit_scale": 1.0}, PLAIN]
    ),
    "cohere2": Variant(
        "cohere2", COHERE2,
        [LAYER_MATTERS, {"logit_scale": 1.0}, {"sliding_window": 300}, {"layer_types": [SLIDING] * 4}],
    ),
    "cohere2-older": Variant(
        "cohere2", COHERE2, same_as="cohere2",
        edit=older(rope_theta=10000.0, sliding_window_pattern=4, layer_types=ABSENT),
    ),
    "glm": Variant("glm", RMS | {"head_dim": 16, "rope_parameters": rope(partial_rotary_factor=0.5)}, [RMS_MATTERS]),
    "glm4": Variant(
        "glm4", RMS | {"head_dim": 16, "rope_parameters": rope(partial_rotary_factor=0.5)},
        [RMS_MATTERS, {"rope_parameters": rope(partial_rotary_factor=1.0)}],
    ),
    # Full layers do not rotate beside sliding ones, but do where there is no window.
    "exaone4": Variant(
        "exaone4",
        RMS | PLAIN | {"num_hidden_layers": 4, "intermediate_size": 24, "sliding_window": WINDOW,
                       "sliding_window_pattern": "LLLG", "layer_types": [SLIDING] * 3 + [FULL]},
        [RMS_MATTERS, {"sliding_window": 300}, {"layer_types": [SLIDING] * 4}],
    ),
    "exaone4-full": Variant(
        "exaone4", RMS | PLAIN | {"sliding_window": None, "layer_types": [FULL] * 2},
        [RMS_MATTERS, {"sliding_window": 300}],
    ),
    "nemotron": Variant(
        "nemotron", {"norm_eps": 0.01, "rope_parameters": rope(partial_rotary_factor=0.5)},
        [{"norm_eps": 1e-5}, {"rope_parameters": rope(partial_rotary_factor=1.0)}], ["relu"],
    ),
}

# Six experts, two of which a row goes through.
SPARSE = RMS | PLAIN | {"num_experts_per_tok": 2, "num_experts": 6, "moe_intermediate_size": 24}
# transformers' own names of the sizes differ from family to family.
LOCAL = RMS | PLAIN | {"num_experts_per_tok": 2, "num_local_experts": 6, "intermediate_size": 24}
OLMOE = PLAIN | {"num_experts_per_tok": 2, "num_experts": 6, "intermediate_size": 24, "pad_token_id": None}
ONE = {"num_experts_per_tok": 1}
# Only layer 1 is sparse: by the step layer 3 would be too, which mlp_only_layers takes out.
MIXED = {"num_hidden_layers": 4, "decoder_sparse_step": 2, "mlp_only_layers": [3], "intermediate_size": 28}


def stacked(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Per-expert matrices as transformers 5 holds them in memory, all experts' in one tensor: [gate; up] and down."""
    stacks: dict[str, dict[int, dict[str, torch.Tensor]]] = {}
    result = {}
    for name, tensor in tensors.items():
        before, found, after = name.partition(".experts.")
        if not found:
            result[name.replace(".block_sparse_moe.", ".mlp.")] = tensor
            continue
        expert, matrix, _ = after.split(".")
        kind = {"w1": "gate_proj", "w3": "up_proj", "w2": "down_proj"}.get(matrix, matrix)
        stacks.setdefault(before.replace(".block_sparse_moe", ".mlp"), {}).setdefault(int(expert), {})[kind] = tensor
    for path, experts in stacks.items():
        ordered = [experts[index] for index in range(len(experts))]
        both = [torch.cat([expert["gate_proj"], expert["up_proj"]]) for expert in ordered]
        result[f"{path}.experts.gate_up_proj"] = torch.stack(both)
        result[f"{path}.experts.down_proj"] = torch.stack([expert["down_proj"] for expert in ordered])
    return result


def in_memory(name: str) -> str:
    """Granite's names of its experts in files, as transformers 5 has them in memory."""
    for old, new in (("input_linear.weight", "experts.gate_up_proj"), ("output_linear.weight", "experts.down_proj"),
                     ("router.layer.weight", "router.weight")):
        name = name.replace(f"block_sparse_moe.{old}", f"block_sparse_moe.{new}")
    return name


MIXTURES = {
    "qwen3_moe": Variant(
        "qwen3_moe", SPARSE | {"norm_topk_prob": True, "head_dim": 16}, [RMS_MATTERS, {"norm_topk_prob": False}, ONE],
        ["gelu"], seed=2,
    ),
    "qwen3_moe-fused": Variant(
        "qwen3_moe", SPARSE | {"norm_topk_prob": True, "head_dim": 16}, same_as="qwen3_moe", restack=stacked
    ),
    "qwen3_moe-mixed": Variant(
        "qwen3_moe", SPARSE | MIXED | {"tie_word_embeddings": True, "attention_bias": True},
        [{"norm_topk_prob": True}, ONE],
    ),
    "qwen2_moe": Variant(
        "qwen2_moe", SPARSE | {"shared_expert_intermediate_size": 20}, [RMS_MATTERS, {"norm_topk_prob": True}, ONE],
        seed=2,
    ),
    "qwen2_moe-fused": Variant(
        "qwen2_moe", SPARSE | {"shared_expert_intermediate_size": 20}, same_as="qwen2_moe", restack=stacked
    ),
    "qwen2_moe-mixed": Variant(
        "qwen2_moe",
        SPARSE | {"shared_expert_intermediate_size": 36, "norm_topk_prob": True, "qkv_bias": False,
                  "mlp_only_layers": [0], "intermediate_size": 28, "num_hidden_layers": 3},
        [{"norm_topk_prob": False}, ONE], seed=6,
    ),
    "mixtral": Variant("mixtral", LOCAL, [RMS_MATTERS, ONE, {"sliding_window": WINDOW}], seed=2),
    "mixtral-fused": Variant("mixtral", LOCAL, same_as="mixtral", restack=stacked),
    "mixtral-window": Variant(
        "mixtral", LOCAL | {"sliding_window": WINDOW, "head_dim": 16, "tie_word_embeddings": True},
        [{"sliding_window": None}],
    ),
    # llama.cpp's converter writes an epsilon of 1e-5 whatever config.json says.
    "olmoe": Variant("olmoe", OLMOE | {"rms_norm_eps": 1e-5}, [RMS, {"norm_topk_prob": True}, ONE]),
    "olmoe-norm": Variant("olmoe", OLMOE | RMS | {"norm_topk_prob": True}, [RMS_MATTERS, {"norm_topk_prob": False}]),
    "granitemoe": Variant("granitemoe", LOCAL | MULTIPLIERS, [RMS_MATTERS, ONE, *({key: 1.0} for key in MULTIPLIERS)]),
    "granitemoe-fused": Variant("granitemoe", LOCAL | MULTIPLIERS, same_as="granitemoe", rename=in_memory),
    "granitemoeshared": Variant(
        "granitemoeshared", LOCAL | MULTIPLIERS | {"shared_intermediate_size": 20, "tie_word_embeddings": True},
        [RMS_MATTERS, ONE],
    ),
}

VARIANTS = LLAMA | MISTRAL | QWEN | GEMMA | PHI | OLMO | GRANITE | GPT | OTHERS | MIXTURES
