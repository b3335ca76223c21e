"""Which files are mutated, by which mutation, and which commands then read them. docs/formats.md describes the same."""

import gguf
import jsontree
import safetensors
import tables
import yamltext

# One folder of every way of quantising.
QUANTISED = ("nf4-double", "bnb-int8", "fp8-block", "ct-w4a16-asymmetric", "gptq-4bit", "awq-4bit", "mlx-4bit")
GATE = ["gate", "--json", "--candidate"]
THREADS = ["--threads", "2"]


def models(path):
    return [
        ["score", "--model", path, "--requests", "requests.jsonl", *THREADS],
        ["tokenize", "--model", path, "--in", "strings.jsonl", "--special"],
        ["run", "--model", path, "--share", "1/2", "--json"],
        [*GATE, path],
        ["perturb", "--model", path, "--scale", "0.1", "--out", "out/perturbed"],
        ["compare", "models/hf", path],
    ]


def adapters(path):
    return [
        ["score", "--model", "models/hf", "--adapter", path, "--requests", "requests.jsonl", *THREADS],
        [*GATE, path, "--stop-early"],
        ["run", "--model", path],
        [
            "repair",
            "--base",
            "models/hf",
            "--candidate",
            path,
            "--data",
            "data/test.jsonl",
            "--out",
            "out/repaired",
            "--json",
        ],
    ]


PARTS = "models/parts/llama-tied-q8_0-00002-of-00003.gguf"
SUITE = [
    ["validate", "suite", "--json"],
    ["validate"],
    ["run", "--json"],
    ["baseline", "save", "--out", "out/b.json"],
    ["overlap", "--data", "data/train.jsonl"],
    [*GATE, "models/adapter"],
    ["plan"],
]
CONFIGURATION = [
    ["validate"],
    ["plan", "--json"],
    [*GATE, "models/adapter"],
    ["runs"],
    ["baseline", "show"],
    ["overlap", "--data", "data/train.jsonl"],
    ["run", "--share", "1/2"],
    ["init", "--force"],
]
BASELINE = [
    [*GATE, "models/adapter"],
    ["gate", "--candidate", "models/adapter", "--adaptive"],
    ["gate", "--candidate", "models/adapter", "--diagnose"],
    ["plan"],
    ["plan", "--json", "--share", "1/2"],
    ["baseline", "show"],
    ["baseline", "list", "."],
    ["compare", "baseline.json", "models/hf"],
    ["compare", "models/hf", "baseline.json", "--json"],
]
TRAIN = [["train", "recipe.yaml", "--out", "out/new"]]
FULL = [["train", "full.yaml", "--out", "out/new"]]
EXPERIMENT = [["experiment", "experiment.yaml", "--out", "out/experiment"]]
RESUME = [
    ["train", "recipe.yaml", "--out", "out/trained", "--resume"],
    ["train", "recipe.yaml", "--out", "out/trained", "--resume", "--steps", "3"],
    [*GATE, "out/trained/checkpoint-2"],
    [*GATE, "out/trained"],
]
OVERLAP = lambda path: [
    ["overlap", "--data", path, "--json"],
    ["overlap", "--data", path, "--all"],
    ["overlap", "--data", path, "data/text.txt"],
]
LEDGER = [
    [*GATE, "models/adapter"],
    ["report", "--json"],
    ["runs"],
    ["runs", "--verdicts"],
    ["show", "echo-9"],
    ["compare", "models/hf", "models/adapter"],
    ["run", "--model", "models/hf", "--json"],
    ["report", "-o", "out/r.html", "--svg", "out/svg"],
    ["train", "recipe.yaml", "--out", "out/again"],
]

# Input: files with their mutation and the commands that read them.
INPUTS = {
    "gguf": [
        (f"models/{name}.gguf", gguf.document, models(f"models/{name}.gguf"))
        for name in ("llama-tied", "llama-tied-q8_0", "llama-tied-f16", "llama-untied", "low-bits", "blocks")
    ]
    + [
        (f"models/parts/llama-tied-q8_0-0000{number}-of-00003.gguf", gguf.document, models(PARTS))
        for number in (1, 2, 3)
    ],
    "safetensors": [
        ("models/hf/model.safetensors", safetensors.document, models("models/hf")),
        ("models/f16/model.safetensors", safetensors.document, models("models/f16")),
    ],
    "quantised": [
        (f"models/quantised/{name}/{file}", mutation, models(f"models/quantised/{name}")[::3])
        for name in QUANTISED
        for file, mutation in (("model.safetensors", safetensors.document), ("config.json", jsontree.document))
    ],
    "shards": [
        ("models/sharded/model.safetensors.index.json", jsontree.document, models("models/sharded")),
        ("models/sharded/model-00001-of-00002.safetensors", safetensors.document, models("models/sharded")),
    ],
    "config": [
        (f"models/{name}/config.json", jsontree.document, models(f"models/{name}")) for name in ("hf", "sharded")
    ],
    "tokenizer": [
        (f"models/hf/{name}.json", jsontree.document, models("models/hf")[:3])
        for name in ("tokenizer", "tokenizer", "tokenizer_config")
    ],
    "adapter": [
        (f"models/{name}/{file}", mutation, adapters(f"models/{name}"))
        for name in ("adapter", "patterns", "rslora", "dora", "saved")
        for file, mutation in (
            ("adapter_config.json", jsontree.document),
            ("adapter_model.safetensors", safetensors.document),
        )
    ],
    "suite": [
        ("suite/suite.yaml", yamltext.document, SUITE),
        ("suite/echo.yaml", yamltext.document, SUITE),
        ("suite/answer.yaml", yamltext.document, SUITE),
        ("suite/echo.jsonl", jsontree.line, SUITE),
        ("suite/answer.jsonl", jsontree.line, SUITE),
    ],
    "configuration": [("holdfast.yaml", yamltext.document, CONFIGURATION)],
    "recipe": [
        ("recipe.yaml", yamltext.document, TRAIN),
        ("full.yaml", yamltext.document, FULL),
        ("data/pool.yaml", yamltext.document, TRAIN),
        ("data/pool.jsonl", jsontree.line, TRAIN),
        ("experiment.yaml", yamltext.document, EXPERIMENT),
    ],
    "baseline": [("baseline.json", jsontree.indented, BASELINE), ("baseline.json", jsontree.line, BASELINE)],
    "training": [
        ("data/train.jsonl", jsontree.line, TRAIN + FULL),
        (
            "data/test.jsonl",
            jsontree.line,
            TRAIN
            + [
                [
                    "repair",
                    "--base",
                    "models/hf",
                    "--candidate",
                    "models/adapter",
                    "--data",
                    "data/test.jsonl",
                    "--out",
                    "out/repaired",
                ]
            ],
        ),
    ],
    "resume": [
        ("out/trained/checkpoint-2/trainer_state.json", jsontree.document, RESUME),
        ("out/trained/checkpoint-2/trainer_state.safetensors", safetensors.document, RESUME),
        ("out/trained/training_log.jsonl", jsontree.line, RESUME),
        ("out/trained/checkpoint-2/holdfast_training.json", jsontree.document, RESUME),
        ("out/trained/checkpoint-2/adapter_config.json", jsontree.document, RESUME),
    ],
    "data": [
        ("data/train.jsonl", jsontree.line, OVERLAP("data/train.jsonl")),
        ("data/chat.jsonl", jsontree.line, OVERLAP("data/chat.jsonl")),
        ("data/array.json", jsontree.document, OVERLAP("data/array.json")),
        ("data/table.csv", tables.document, OVERLAP("data/table.csv")),
        ("data/text.txt", tables.document, OVERLAP("data/text.txt")),
        ("data/train.jsonl", tables.document, OVERLAP("data/train.jsonl")),
    ],
    "requests": [
        ("requests.jsonl", jsontree.line, [models("models/hf")[0], models("models/llama-tied-q8_0.gguf")[0]]),
        ("strings.jsonl", jsontree.line, [models("models/hf")[1], models("models/llama-tied.gguf")[1]]),
    ],
    "init": [
        ("baseline.json", jsontree.line, [["init", "--print"]]),
        ("models/hf/config.json", jsontree.document, [["init", "--print"]]),
        ("models/llama-tied.gguf", gguf.document, [["init", "--print"], ["init", "--force"]]),
        ("models/adapter/adapter_config.json", jsontree.document, [["init", "--print"]]),
        ("suite/suite.yaml", yamltext.document, [["init", "--print"]]),
        ("holdfast.yaml", yamltext.document, [["doctor"], ["init", "--print"]]),
    ],
}
