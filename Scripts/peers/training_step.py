"""Seconds a training step with PyTorch eager and transformers (peft for LoRA), on the shapes of TrainingBenchmark.

    python Scripts/peers/training_step.py --method full --threads 2

The model is SmolLM2-135M's architecture with random weights: a step costs the same whatever the weights are.
"""

import argparse
import resource
import statistics
import time

import torch
from transformers import LlamaConfig, LlamaForCausalLM

parser = argparse.ArgumentParser()
parser.add_argument("--method", choices=["full", "lora"], default="lora")
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--samples", type=int, default=8)
parser.add_argument("--tokens", type=int, default=64)
parser.add_argument("--scored", type=int, default=8)
parser.add_argument("--steps", type=int, default=4)
arguments = parser.parse_args()

torch.set_num_threads(arguments.threads)
torch.manual_seed(1)
model = LlamaForCausalLM(
    LlamaConfig(
        vocab_size=49152, hidden_size=576, intermediate_size=1536, num_hidden_layers=30, num_attention_heads=9,
        num_key_value_heads=3, tie_word_embeddings=True, max_position_embeddings=8192,
    )
).float()
if arguments.method == "lora":
    from peft import LoraConfig, get_peft_model

    model = get_peft_model(
        model, LoraConfig(r=16, lora_alpha=32, lora_dropout=0.05, target_modules=["q_proj", "v_proj"],
                          task_type="CAUSAL_LM"))
optimiser = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-5)
ids = torch.randint(1000, 40000, (arguments.samples, arguments.tokens + 1))
labels = ids.clone()
labels[:, : arguments.tokens + 1 - arguments.scored] = -100
model.train()
times = []
for _ in range(arguments.steps + 1):
    start = time.perf_counter()
    model(input_ids=ids, labels=labels).loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()
    optimiser.zero_grad()
    times.append(time.perf_counter() - start)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(f"{arguments.method}: {arguments.samples} x {arguments.tokens} tokens, {arguments.threads} threads, "
      f"torch {torch.__version__}: {statistics.median(times[1:]):.2f} s a step, peak {peak:.0f} MB")
