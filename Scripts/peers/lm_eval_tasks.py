"""Writes tasks of a Holdfast suite as tasks of lm-evaluation-harness: a YAML file and two JSON lines files each.

The first `pool` lines of a task's items are lm-eval's few-shot split and the next ones its test split, as in the suite;
template, answer prefix and separator are the suite's too. Used by scoring_speed.py; nothing to run.
"""

import json
import pathlib

import yaml

# One of each of eight families, each with 64 lines that are only demonstrations and 128 to score.
TASKS = [
    "sentiment", "english-french", "last-of-list", "past-tense", "antonyms", "copy-words", "capitalise",
    "abstract-living",
]
SHOTS = 8
ITEMS = 128
# Of lm-eval's samplers: the pool's first eight for every item, or a fresh random eight for each.
SAMPLERS = {"shared": "first_n", "own": "default"}


def write(suite: pathlib.Path, folder: pathlib.Path, workload: str, tasks: int, items: int) -> list[str]:
    """Writes the first `tasks` of TASKS with `items` items each into `folder`; returns lm-eval's names for them."""
    folder.mkdir(parents=True)
    names = []
    for task in TASKS[:tasks]:
        spec = yaml.safe_load((suite / f"{task}.yaml").read_text(encoding="utf-8"))
        lines = (suite / spec["items"]).read_text(encoding="utf-8").splitlines()
        pool = spec["pool"]
        data = {}
        for split, part in (("train", lines[:pool]), ("test", lines[pool : pool + items])):
            data[split] = str(folder / f"{task}.{split}.jsonl")
            # What lm-eval's prompt needs: whatever else an item has must not reach its schema.
            docs = [{key: json.loads(line)[key] for key in ("id", "input", "output")} for line in part]
            with open(data[split], "w", encoding="utf-8") as file:
                file.writelines(json.dumps(doc, ensure_ascii=False) + "\n" for doc in docs)
        name = f"{workload}-{task}"
        config = {
            "task": name,
            "dataset_path": "json",
            "dataset_kwargs": {"data_files": data},
            "test_split": "test",
            "fewshot_split": "train",
            "fewshot_config": {"sampler": SAMPLERS[workload]},
            "num_fewshot": SHOTS,
            "output_type": "loglikelihood",
            "doc_to_text": spec["template"].replace("{input}", "{{input}}"),
            # With this output type lm-eval puts no delimiter before the continuation it scores.
            "doc_to_target": spec["answer_prefix"] + "{{output}}",
            "target_delimiter": "",
            "fewshot_delimiter": spec["separator"],
            "metric_list": [{"metric": "acc", "aggregation": "mean", "higher_is_better": True}],
        }
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
        names.append(name)
    return names
