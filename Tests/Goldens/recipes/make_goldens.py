"""Writes goldens.json: chat prompts as Jinja renders the two chat templates, and samples as lm-evaluation-harness encodes them.

    pip install tokenizers==0.23.3 jinja2
    python make_goldens.py

The llama3 template is the one in Meta-Llama-3-8B-Instruct's tokenizer_config.json; the chatml one is the plain form of
ChatML, without the default system message that some models' templates add.
"""

import json
from pathlib import Path

from jinja2.sandbox import ImmutableSandboxedEnvironment
from tokenizers import Tokenizer

here = Path(__file__).parent
llama3 = (
    "{% set loop_messages = messages %}{% for message in loop_messages %}{% set content = '<|start_header_id|>' + "
    "message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}"
    "{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}{% if add_generation_prompt %}"
    "{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"
)
chatml = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + "
    "'\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
conversations = [
    [("user", "Say hello."), ("assistant", "Hello!")],
    [("system", "Be brief."), ("user", "  Which is larger, an ant\nor a cow? "), ("assistant", " A cow.\n")],
    [("user", "One"), ("assistant", "Two"), ("user", "Thr\u00e9\u00e9"), ("assistant", "four \U0001f600")],
]
environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)


def render(template, messages, prompt):
    return environment.from_string(template).render(
        messages=[{"role": role, "content": content} for role, content in messages],
        bos_token="<|begin_of_text|>", add_generation_prompt=prompt)


chats = []
for name, template in [("chatml", chatml), ("llama3", llama3)]:
    for messages in conversations:
        chats.append({
            "format": name,
            "messages": [{"role": role, "content": content} for role, content in messages],
            "prompt": render(template, messages[:-1], True),
            "whole": render(template, messages, False),
        })

tokenizer = Tokenizer.from_file(str(here.parent / "checkpoints/llama-tied/tokenizer.json"))
pairs = [
    ("Review: a delight.\nSentiment:", " positive"),
    ("Review: a delight.\nSentiment: ", "positive"),
    ("Q: they walk\nA: \n", "she walks\n\n"),
    ("", "the river and the sea"),
    ("the sea and th", "e river"),
]


def encode(context, continuation):
    if not context:
        return [0] + tokenizer.encode(continuation).ids, 1
    spaces = len(context) - len(context.rstrip())
    if spaces:
        continuation = context[-spaces:] + continuation
        context = context[:-spaces]
    own = tokenizer.encode(context).ids
    whole = tokenizer.encode(context + continuation).ids
    return own + whole[len(own):], len(own)


samples = []
for context, continuation in pairs:
    ids, start = encode(context, continuation)
    samples.append({"prompt": context, "completion": continuation, "ids": ids, "start": start})

words = [
    "what is the time in the town", "where is the sea", "what is the time in the town", "name a river in the north",
]


def distinct(n):
    grams = [tuple(t.split()[i:i + n]) for t in words for i in range(len(t.split()) - n + 1)]
    return len(set(grams)) / len(grams)


goldens = {
    "chats": chats, "samples": samples, "variety": {"prompts": words, "distinct": [distinct(n) for n in (1, 2, 3)]},
}
(here / "goldens.json").write_text(json.dumps(goldens, indent=1, ensure_ascii=False) + "\n")
