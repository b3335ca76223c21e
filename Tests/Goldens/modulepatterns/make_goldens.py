"""Makes cases.json: which module paths Python's `re` accepts for patterns as PEFT uses them.

    python3 make_goldens.py > cases.json

`full` is `re.fullmatch(pattern, path)` (a `target_modules` string); `key` is PEFT's rule for a key of `rank_pattern` and
`alpha_pattern` (peft 0.21, utils/other.py, get_pattern_key). Each is the list of accepted paths. No packages needed.
"""

import json
import re

BLOCK = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj"]
BLOCK += ["mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"]
PATHS = [f"model.layers.{layer}.{path}" for layer in (0, 1, 2, 10, 11, 21) for path in BLOCK]
PATHS += ["lm_head", "model.embed_tokens", "q_proj", "", "model.layers.1.self_attn.q_projector", "a.b\nc.q_proj"]

PATTERNS = [
    "q_proj", "q_proj|v_proj", "layers.1.mlp.down_proj", r"layers\.1\.mlp\.down_proj", r"layers.\d+.self_attn.q_proj",
    r".*\.(o_proj|gate_proj)", r"^model\.layers\.0\..*_proj$", r".*layers\.(0|10)\.self_attn\.[qk]_proj",
    r"model\.layers\.[0-9]\.mlp\.(?:gate|up)_proj", r"model\.layers\.\d{2}\.self_attn\.[^qk]_proj", r"[\d]+",
    r"(?:.*?(?:language|text|layers).*?(?:self_attn|attn|mlp).*?(?:k_proj|v_proj|up_proj).*?)"
    r"|(?:\bmodel\.layers\.[\d]{1,}\.(?:self_attn|mlp)\.(?:(?:q_proj|down_proj)))",
    r".*", r".+", "", "x*", "(a|b)*c?", r"(.*\.)?q_proj", r"\bq_proj\b", r".*\bq_proj", r".*\Wq_proj", r"(q|v)_proj$",
    r"model\.layers\.(1|2){1,2}\.self_attn\.q_proj", r"model.layers.{1,3}self_attn.v_proj", r".*[.]q_p[q-s]oj",
    r"(m|mo|mod)*el\.embed_tokens", r"[]a]*lm_head", r"[a-z_]+", r"(x?){3}lm_head", r"$", r"^", r"^$", r"model$|lm_head",
]

cases = []
for pattern in PATTERNS:
    full = [path for path in PATHS if re.fullmatch(pattern, path)]
    key = [path for path in PATHS if re.match(rf"(.*\.)?({pattern})$", path)]
    cases.append({"pattern": pattern, "full": full, "key": key})
print(json.dumps({"paths": PATHS, "cases": cases}, indent=1))
