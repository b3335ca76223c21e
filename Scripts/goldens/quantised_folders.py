"""Makes Tests/Goldens/quantised: a tiny llama quantised by the libraries themselves, and what they make of it.

    python3 -m pip install -r requirements.txt
    python3 -m pip download auto-gptq==0.7.1 --no-deps -d wheels && unzip -q wheels/auto_gptq-*.whl -d auto-gptq
    python3 -m pip download autoawq==0.2.9 --no-deps -d wheels && tar xf wheels/autoawq-*.tar.gz
    python3 quantised_folders.py --out ../../Tests/Goldens/quantised --auto-gptq auto-gptq --auto-awq autoawq-0.2.9

Each folder has the file that the library's own code packed and `expected.json`: of every quantised weight the SHA-256
of its values as the library's own code dequantises them in fp32 (float32 scales, no rounding to a compute type), and
the logits of transformers in fp32 on those values; `nf4-double/adapter` is peft's LoRA on such a base. A negative zero,
which bitsandbytes' kernels have or have not by processor, is hashed as 0. Who packs, who dequantises:

    bitsandbytes       transformers' save_pretrained; bitsandbytes.functional, on rows of whole blocks: on others its kernels
                       for CPUs take the wrong scales, 0.50.2's dequantize_4bit is not its own generic code there
    fp8                transformers' Fp8Quantize; Fp8Dequantize
    compressed-tensors compressed_tensors' compressors, both. `ct-w4a16-sorted` (actorder group) is made by `--sorted`
                       alone, with compressed-tensors 0.17, since 0.20 has no code for it any more
    GPTQ               AutoGPTQ's QuantLinear.pack; its forward on the unit matrix
    AWQ                after AutoAWQ's WQLinear_GEMM.from_linear; AutoAWQ's packing_utils.py, and
                       compressed_tensors' converter
    MLX                mlx.core.quantize; mlx.core.dequantize
"""

import argparse
import hashlib
import importlib.util
import json
import os
import pathlib
import shutil
import types

import numpy as np
import torch
from peft import LoraConfig, PeftModel
from safetensors.torch import load_file, save_file
from transformers import (
    AutoModelForCausalLM, BitsAndBytesConfig, FineGrainedFP8Config, GPT2Config, GPTNeoXConfig, LlamaConfig, Phi3Config,
)

import adapters
import checkpoints
import expectations

CONFIG = LlamaConfig(
    vocab_size=360, hidden_size=64, intermediate_size=128, num_hidden_layers=1, num_attention_heads=4,
    num_key_value_heads=2, max_position_embeddings=256, rms_norm_eps=1e-5, tie_word_embeddings=True,
    rope_parameters={"rope_type": "default", "rope_theta": 10000.0}, bos_token_id=0, eos_token_id=0,
)
TOKENIZER = "../../checkpoints/llama-tied"


def load_module(path: pathlib.Path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def base(seed: int):
    return checkpoints.random_model(CONFIG, seed).to(torch.bfloat16)


def linears(state: dict) -> list[str]:
    """Modules that are quantised: all in the blocks but the norms."""
    return [name.removesuffix(".weight") for name in state if "layers." in name and "norm" not in name]


def digest(values: torch.Tensor) -> str:
    return hashlib.sha256((values.float() + 0.0).contiguous().numpy().astype("<f4").tobytes()).hexdigest()


def dequantised(values: dict, seed: int):
    """The model in fp32 with these weights."""
    loaded = checkpoints.random_model(CONFIG, seed)
    loaded.load_state_dict(base(seed).state_dict())
    missing, unexpected = loaded.load_state_dict(values, strict=False)
    assert not unexpected and values and all(name not in values for name in missing)
    return loaded.eval()


def write(
    folder: pathlib.Path, state: dict, settings: dict, values: dict, seed: int, key="quantization_config"
) -> None:
    """`values`: weight by name in fp32, for the modules that are quantised."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    stored = {name: tensor.contiguous() for name, tensor in state.items()}
    save_file(stored, folder / "model.safetensors", {"format": "pt"})
    config = {**json.loads(CONFIG.to_json_string()), "architectures": ["LlamaForCausalLM"], "dtype": "bfloat16"}
    config[key] = settings
    (folder / "config.json").write_text(json.dumps(config, indent=1, sort_keys=True) + "\n")
    (folder / "model.safetensors").chmod(0o644)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        os.symlink(f"{TOKENIZER}/{name}", folder / name)
    loaded = dequantised(values, seed)
    ids = expectations.sequences(CONFIG.vocab_size, seed)
    expectations.write(
        folder / "expected.json", ids, expectations.logits(loaded, ids),
        weights={name: digest(value) for name, value in sorted(values.items())},
    )


def bitsandbytes_folders(out: pathlib.Path) -> None:
    import bitsandbytes.functional as bnb

    def four_bits(type: str, nested: bool, **more) -> BitsAndBytesConfig:
        return BitsAndBytesConfig(
            load_in_4bit=True, bnb_4bit_quant_type=type, bnb_4bit_use_double_quant=nested,
            bnb_4bit_compute_dtype=torch.bfloat16, **more,
        )

    kinds = {
        "nf4": four_bits("nf4", False),
        "nf4-double": four_bits("nf4", True),
        "nf4-bf16-storage": four_bits("nf4", True, bnb_4bit_quant_storage=torch.bfloat16),
        "fp4": four_bits("fp4", False),
        "bnb-int8": BitsAndBytesConfig(load_in_8bit=True),
    }
    for seed, (name, settings) in enumerate(kinds.items(), start=11):
        plain, saved = out / "plain", out / "saved"
        base(seed).save_pretrained(plain)
        AutoModelForCausalLM.from_pretrained(
            plain, quantization_config=settings, dtype=torch.bfloat16, device_map="cpu"
        ).save_pretrained(saved)
        state = load_file(saved / "model.safetensors")
        config = json.loads((saved / "config.json").read_text())["quantization_config"]
        values = {}
        for module in linears(base(seed).state_dict()):
            weight = state[f"{module}.weight"]
            if "int8" in name:
                values[f"{module}.weight"] = bnb.int8_vectorwise_dequant(weight, state[f"{module}.SCB"])
                continue
            beside = {key: value for key, value in state.items() if key.startswith(f"{module}.weight.")}
            quant_state = bnb.QuantState.from_dict(beside, torch.device("cpu"))
            quant_state.dtype = torch.float32
            values[f"{module}.weight"] = bnb.dequantize_4bit(weight.view(torch.uint8), quant_state)
        write(out / name, state, config, values, seed)
        if name == "nf4-double":
            adapter(out / name / "adapter", values, seed)
        shutil.rmtree(plain)
        shutil.rmtree(saved)


def family_folders(out: pathlib.Path) -> None:
    """NF4 of families that fuse or transpose matrices; bitsandbytes stores a transposed one as a linear module's."""
    import bitsandbytes.functional as bnb

    shape = dict(vocab_size=360, bos_token_id=0, eos_token_id=0, pad_token_id=0)
    wide = dict(hidden_size=64, intermediate_size=128, num_hidden_layers=1, num_attention_heads=4)
    configurations = {
        "nf4-gpt2": GPT2Config(n_embd=64, n_head=4, n_layer=1, n_positions=256, **shape),
        "nf4-gpt_neox": GPTNeoXConfig(max_position_embeddings=256, rotary_pct=0.25, **wide, **shape),
        "nf4-phi3": Phi3Config(
            max_position_embeddings=256, original_max_position_embeddings=256, num_key_value_heads=2, **wide, **shape
        ),
    }
    settings = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True)
    for seed, (name, configuration) in enumerate(configurations.items(), start=81):
        folder, plain = out / name, out / "plain"
        shutil.rmtree(folder, ignore_errors=True)
        torch.manual_seed(seed)
        model = AutoModelForCausalLM.from_config(configuration)
        with torch.no_grad():
            for key, weight in sorted(model.named_parameters()):
                weight.add_(torch.empty_like(weight).normal_(0, 0.2))
        model.to(torch.bfloat16).save_pretrained(plain)
        quantised = AutoModelForCausalLM.from_pretrained(
            plain, quantization_config=settings, dtype=torch.bfloat16, device_map="cpu"
        )
        quantised.save_pretrained(folder)
        (folder / "generation_config.json").unlink()
        for file in folder.iterdir():
            file.chmod(0o644)
        loaded = AutoModelForCausalLM.from_pretrained(plain, dtype=torch.float32).eval()
        state, count = load_file(folder / "model.safetensors"), 0
        for key, weight in loaded.state_dict().items():
            beside = {name: value for name, value in state.items() if name.startswith(f"{key}.")}
            if beside:
                quant_state = bnb.QuantState.from_dict(beside, torch.device("cpu"))
                quant_state.dtype = torch.float32
                value = bnb.dequantize_4bit(state[key], quant_state)
                weight.copy_(value.T if "gpt2" in name else value)
                count += 1
        assert count >= 4
        for file in ("tokenizer.json", "tokenizer_config.json"):
            os.symlink(f"{TOKENIZER}/{file}", folder / file)
        ids = expectations.sequences(configuration.vocab_size, seed)
        expectations.write(folder / "expected.json", ids, expectations.logits(loaded, ids))
        shutil.rmtree(plain)


def adapter(folder: pathlib.Path, values: dict, seed: int) -> None:
    settings = LoraConfig(r=4, lora_alpha=8, target_modules=["q_proj", "v_proj", "down_proj"], task_type="CAUSAL_LM")
    adapters.save(folder, dequantised(values, seed), settings, seed, named="nf4-double")
    ids = expectations.sequences(CONFIG.vocab_size, seed)
    loaded = PeftModel.from_pretrained(dequantised(values, seed), folder).eval()
    expectations.write(folder / "expected.json", ids, expectations.logits(loaded, ids))


def fp8_folder(out: pathlib.Path) -> None:
    from transformers.integrations.finegrained_fp8 import Fp8Dequantize, Fp8Quantize

    settings = FineGrainedFP8Config(weight_block_size=(32, 32), modules_to_not_convert=["lm_head"])
    quantize = Fp8Quantize(types.SimpleNamespace(quantization_config=settings))
    state, values = base(21).state_dict(), {}
    for module in linears(state):
        parts = quantize._quantize_one(f"{module}.weight", state[f"{module}.weight"])
        parts[f"{module}.weight_scale_inv"] = parts[f"{module}.weight_scale_inv"].to(torch.bfloat16)
        state.update(parts)
        values[f"{module}.weight"] = Fp8Dequantize(None)._dequantize_one(
            parts[f"{module}.weight"], parts[f"{module}.weight_scale_inv"], torch.float32
        )
    del state["lm_head.weight"]
    write(out / "fp8-block", state, settings.to_dict(), values, 21)


def compressed_folders(out: pathlib.Path, is_sorted: bool = False) -> None:
    from compressed_tensors.compressors import BaseCompressor
    from compressed_tensors.quantization import QuantizationArgs, QuantizationConfig, QuantizationScheme
    from compressed_tensors.quantization.utils import calculate_qparams

    activations = QuantizationArgs(num_bits=8, type="float", strategy="token", dynamic=True, symmetric=True)
    integers = QuantizationArgs(num_bits=8, type="int", strategy="token", dynamic=True, symmetric=True)
    kinds = {
        "ct-fp8-channel": ("float-quantized", dict(num_bits=8, type="float", strategy="channel"), activations),
        "ct-fp8-tensor": ("float-quantized", dict(num_bits=8, type="float", strategy="tensor"), activations),
        "ct-int8": ("int-quantized", dict(num_bits=8, type="int", strategy="channel"), integers),
        "ct-w4a16": ("pack-quantized", dict(num_bits=4, type="int", strategy="group", group_size=32), None),
        "ct-w4a16-asymmetric": (
            "pack-quantized", dict(num_bits=4, type="int", strategy="group", group_size=32, symmetric=False), None,
        ),
        "ct-w8a16": ("pack-quantized", dict(num_bits=8, type="int", strategy="channel"), None),
    }
    if is_sorted:
        grouped = dict(num_bits=4, type="int", strategy="group", group_size=32, actorder="group")
        kinds = {"ct-w4a16-sorted": ("pack-quantized", grouped, None)}
    for seed, (name, (format, weights, inputs)) in enumerate(kinds.items(), start=41 if is_sorted else 31):
        args = QuantizationArgs(**weights)
        scheme = QuantizationScheme(targets=["Linear"], weights=args, input_activations=inputs, format=format)
        compressor = BaseCompressor.get_value_from_registry(format)
        state, values = base(seed).state_dict(), {}
        for module in linears(state):
            weight = state.pop(f"{module}.weight")
            order = torch.arange(weight.shape[1])
            if is_sorted:
                order = torch.randperm(len(order), generator=torch.Generator().manual_seed(len(state)))
            low, high = extremes(weight[:, order], args)
            scale, zero = calculate_qparams(low, high, args)
            local = {"weight": weight, "weight_scale": scale.bfloat16(), "weight_zero_point": zero.to(torch.int8)}
            if is_sorted:
                indices = torch.empty(len(order), dtype=torch.int32)
                indices[order] = (torch.arange(len(order)) // args.group_size).int()
                local["weight_g_idx"] = indices
            packed = compressor.compress(local, scheme)
            state.update({f"{module}.{key}": value for key, value in packed.items()})
            wide = {**packed, "weight_scale": packed["weight_scale"].float()}
            values[f"{module}.weight"] = compressor.decompress(wide, scheme)["weight"]
            step = scale.max() * (32 if args.type == "float" else 1)
            assert (values[f"{module}.weight"] - weight.float()).abs().max() < 1.2 * step
            assert values[f"{module}.weight"].dtype == torch.float32
        config = QuantizationConfig(
            config_groups={"group_0": scheme}, format=format, ignore=["lm_head"], quantization_status="compressed"
        )
        if name == "ct-int8":
            state["model.layers.0.self_attn.k_proj.input_scale"] = torch.ones(1)
        del state["lm_head.weight"]
        write(out / name, state, config.model_dump(mode="json"), values, seed)


def extremes(weight: torch.Tensor, args) -> tuple[torch.Tensor, torch.Tensor]:
    if args.strategy == "tensor":
        return weight.min().reshape(1), weight.max().reshape(1)
    grouped = weight.reshape(weight.shape[0], -1, args.group_size or weight.shape[1])
    return grouped.amin(-1), grouped.amax(-1)


def gptq_folders(out: pathlib.Path, auto_gptq: pathlib.Path) -> None:
    linear = load_module(auto_gptq / "auto_gptq/nn_modules/qlinear/qlinear_cuda.py")
    kinds = {
        "gptq-4bit": (4, 32, False), "gptq-4bit-sorted": (4, 32, True), "gptq-3bit": (3, 64, False),
        "gptq-8bit": (8, -1, False),
    }
    for seed, (name, (bits, size, is_sorted)) in enumerate(kinds.items(), start=51):
        generator = torch.Generator().manual_seed(seed)
        state, values = base(seed).state_dict(), {}
        for module in linears(state):
            weight = state.pop(f"{module}.weight").float()
            outputs, inputs = weight.shape
            group = inputs if size == -1 else size
            order = torch.randperm(inputs, generator=generator) if is_sorted else torch.arange(inputs)
            indices = torch.empty(inputs, dtype=torch.int32)
            indices[order] = (torch.arange(inputs) // group).int()
            grouped = weight[:, order].reshape(outputs, -1, group)
            low, high = grouped.amin(-1).clamp(max=0), grouped.amax(-1).clamp(min=0)
            scales = ((high - low) / (2**bits - 1)).half().float()
            # 0 is what format gptq cannot say.
            zeros = torch.round(-low / scales).clamp(1, 2**bits - 1)
            plain = torch.nn.Linear(inputs, outputs, bias=False, dtype=torch.float16)
            plain.weight.data = weight.half()
            packed = linear.QuantLinear(bits, size, inputs, outputs, False)
            # Its rounding is of what lies outside the range too.
            grid = ((zeros * -1)[:, indices.long()], (2**bits - 1 - zeros)[:, indices.long()])
            codes = torch.minimum(torch.maximum(torch.round(weight / scales[:, indices.long()]), grid[0]), grid[1])
            plain.weight.data = (codes * scales[:, indices.long()]).half()
            packed.pack(plain, scales.half(), zeros.half(), indices)
            for key in ("qweight", "qzeros", "scales", "g_idx"):
                state[f"{module}.{key}"] = getattr(packed, key).clone()
            packed.scales = packed.scales.float()
            values[f"{module}.weight"] = packed(torch.eye(inputs)).T.contiguous()
            assert (values[f"{module}.weight"] - weight).abs().max() < 1.1 * scales.max()
        settings = {
            "bits": bits, "group_size": size, "desc_act": is_sorted, "sym": False, "checkpoint_format": "gptq",
            "damp_percent": 0.1, "quant_method": "gptq", "modules_in_block_to_quantize": None,
        }
        del state["lm_head.weight"]
        write(out / name, state, settings, values, seed)


def awq_folder(out: pathlib.Path, auto_awq: pathlib.Path) -> None:
    from compressed_tensors.compressors.pack_quantized.helpers import unpack_from_int32
    from compressed_tensors.entrypoints.convert.converters.autoawq import AutoAWQConverter

    packing = load_module(auto_awq / "awq/utils/packing_utils.py")
    size, state, values = 32, base(61).state_dict(), {}
    for module in linears(state):
        weight = state.pop(f"{module}.weight").float()
        outputs, inputs = weight.shape
        grouped = weight.reshape(outputs, -1, size)
        low, high = grouped.amin(-1), grouped.amax(-1)
        scales = ((high - low).clamp(min=1e-5) / 15).half()
        zeros = torch.round(-low / scales.float()).clamp(0, 15)
        wide, offset = (part.repeat_interleave(size, 1).float() for part in (scales, zeros))
        codes = torch.round(weight / wide + offset).clamp(0, 15).int()

        def pack(matrix: torch.Tensor) -> torch.Tensor:
            """[rows, columns] to words, as WQLinear_GEMM.from_linear: code AWQ_ORDER[i] of eight at bit 4i."""
            eights = matrix.reshape(matrix.shape[0], -1, 8).long()
            words = sum(eights[:, :, packing.AWQ_ORDER[i]] << (4 * i) for i in range(8))
            return torch.from_numpy(np.ascontiguousarray(words.numpy().astype(np.uint32)).view(np.int32))

        parts = {"qweight": pack(codes.T), "qzeros": pack(zeros.T.int()), "scales": scales.T.contiguous()}
        state.update({f"{module}.{key}": value for key, value in parts.items()})
        value = packing.dequantize_gemm(parts["qweight"], parts["qzeros"], parts["scales"].float(), 4, size).T
        other = AutoAWQConverter(group_size=size).process({f"{module}.{key}": part for key, part in parts.items()})
        signed = unpack_from_int32(other[f"{module}.weight_packed"], 4, weight.shape)
        signed_zeros = unpack_from_int32(other[f"{module}.weight_zero_point"], 4, zeros.shape, packed_dim=0)
        again = (signed - signed_zeros.repeat_interleave(size, 1)).float() * wide
        assert torch.equal(again + 0.0, value + 0.0) and (value - weight).abs().max() < 0.6 * wide.max()
        values[f"{module}.weight"] = value.contiguous()
    settings = {
        "bits": 4, "group_size": size, "modules_to_not_convert": None, "quant_method": "awq", "version": "gemm",
        "zero_point": True,
    }
    del state["lm_head.weight"]
    write(out / "awq-4bit", state, settings, values, 61)


def mlx_folders(out: pathlib.Path) -> None:
    import mlx.core as mx

    kinds = (("mlx-4bit", 4, 32, {"bits": 6, "group_size": 64}), ("mlx-3bit", 3, 64, None))
    for seed, (name, bits, size, own) in enumerate(kinds, start=71):
        state, values = base(seed).state_dict(), {}
        settings = {"group_size": size, "bits": bits, "mode": "affine"}
        for module in [*linears(state), "model.embed_tokens"]:
            form = own if own and "down_proj" in module else settings
            if own and "down_proj" in module:
                settings[module] = own
            arguments = dict(group_size=form["group_size"], bits=form["bits"])
            weight = mx.array(state.pop(f"{module}.weight").float().numpy()).astype(mx.float16)
            codes, scales, biases = mx.quantize(weight, **arguments)
            state[f"{module}.weight"] = torch.from_numpy(np.array(codes))
            for key, part in (("scales", scales), ("biases", biases)):
                state[f"{module}.{key}"] = torch.from_numpy(np.array(part))
            value = mx.dequantize(codes, scales.astype(mx.float32), biases.astype(mx.float32), **arguments)
            values[f"{module}.weight"] = torch.from_numpy(np.array(value))
        del state["lm_head.weight"]
        write(out / name, state, settings, values, seed, key="quantization")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--auto-gptq", type=pathlib.Path, help="where its wheel was unpacked")
    parser.add_argument("--auto-awq", type=pathlib.Path, help="where its source was unpacked")
    parser.add_argument("--sorted", action="store_true", help="make ct-w4a16-sorted alone")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.sorted:
        return compressed_folders(arguments.out, is_sorted=True)
    bitsandbytes_folders(arguments.out)
    family_folders(arguments.out)
    fp8_folder(arguments.out)
    compressed_folders(arguments.out)
    gptq_folders(arguments.out, arguments.auto_gptq)
    awq_folder(arguments.out, arguments.auto_awq)
    mlx_folders(arguments.out)


if __name__ == "__main__":
    main()
