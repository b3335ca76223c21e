"""Makes Tests/Goldens/chat: what transformers' apply_chat_template makes of templates and conversations.

    python3 -m pip install -r requirements.txt
    python3 chat_templates.py --out ../../Tests/Goldens/chat

templates/*.jinja are written for this project, one for each family's idioms. conversations.json has the conversations, each
with how it is rendered; renderings.json, for each template and conversation, the first 16 hexadecimal digits of the text's
SHA-256 and, for templates with {% generation %}, the character spans; null where the template raises. expressions.json has
small templates, each with its text, or null where transformers' environment raises.

    python3 chat_templates.py --out ../../Tests/Goldens/chat --gguf ../../models/smollm2-135m-instruct.gguf

makes smollm2.json: text and ids of apply_chat_template with the template and the vocabulary of that file, as transformers reads it.

    python3 chat_templates.py --out /tmp/others --templates FOLDER…

renders other templates, in the same form: HOLDFAST_CHAT_GOLDENS=/tmp/others then has the tests read that folder too.
"""

import argparse
import hashlib
import json
import pathlib
import shutil

from transformers import AutoTokenizer
from transformers.utils import chat_template_utils

import chat_expressions

DATE = "2024-07-26"
TOKENS = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Tells the weather.\nToday's, of one place.",
        "parameters": {
            "type": "object",
            "properties": {
                "place": {"type": "string", "description": "A town's \"name\" <&>"},
                "days": {"type": "array", "items": {"type": "integer"}},
                "unit": {"type": "string", "enum": ["°C", "°F"], "default": None},
            },
            "required": ["place"],
        },
    },
}
CLOCK = {"type": "function", "function": {"name": "clock", "parameters": {"type": "object", "properties": {}}}}


def turns(*texts):
    return [{"role": "user" if i % 2 == 0 else "assistant", "content": text} for i, text in enumerate(texts)]


def system(text, *texts):
    return [{"role": "system", "content": text}, *turns(*texts)]


def call(arguments, content=None, name="get_weather"):
    function = {"name": name, "arguments": arguments}
    return {"role": "assistant", "content": content, "tool_calls": [{"id": "abcdefghi", "type": "function", "function": function}]}


SHOTS = [f"Input: {w}" if i % 2 == 0 else w for i, w in enumerate("hot cold deep shallow big small wet dry fast".split())]

CONVERSATIONS = [
    ("one question", turns("Hello?"), {}),
    ("one question, closed", turns("Hello?"), {"add_generation_prompt": False}),
    ("two turns", turns("Hi.", "Hello!"), {"add_generation_prompt": False}),
    ("two turns, prompted", turns("Hi.", "Hello!"), {}),
    ("three turns", turns("1 + 1?", "2", "2 + 2?"), {}),
    ("shots", turns(*SHOTS), {}),
    ("shots, closed", turns(*SHOTS, "slow"), {"add_generation_prompt": False}),
    ("system", system("Answer with one word.", "Colour of the sky?"), {}),
    ("system, three turns", system("Be terse.", "a?", "b", "c?"), {}),
    ("system, closed", system("Be terse.", "a?", "b"), {"add_generation_prompt": False}),
    ("two systems", [*system("First.", "a?", "b"), {"role": "system", "content": "Second."}, *turns("c?")], {}),
    ("empty content", turns("", "", "and?"), {}),
    ("empty system", system("", "a?"), {}),
    ("white space around", turns("  a?\n", "\n\tb  ", " c? "), {}),
    ("leading newlines", system("\n\nSys\n", "\n\na?\n\n"), {}),
    ("unicode", turns("Füße, 日本語, 👩‍👩‍👧‍👦, e\u0301?", "Straße \u00a0ÅΣ", "\u3000?"), {}),
    ("odd white space", turns("\u00a0a\u2003", "\x1cb\x85", "\u200bc"), {}),
    ("quotes", turns("It's \"quoted\" \\ 'so'", "<b>&amp;</b>", "{{ not }} {% this %}"), {}),
    ("special tokens in text", turns("</s><s>[INST]", "<|im_end|>", "<think>x</think>"), {}),
    ("null content", [*turns("a?"), {"role": "assistant", "content": None}, *turns("b?")], {}),
    ("null keys", [{"role": "user", "content": "a?", "name": None, "tool_calls": None}], {}),
    ("no content", [*turns("a?"), {"role": "assistant"}, *turns("b?")], {}),
    ("user twice", turns("a?") + turns("b?"), {}),
    ("assistant first", [{"role": "assistant", "content": "Welcome."}, *turns("a?")], {}),
    ("unknown role", [{"role": "narrator", "content": "Once."}, *turns("a?")], {}),
    ("tools", turns("Weather in Bonn?"), {"tools": [WEATHER, CLOCK]}),
    ("tools and system", system("Use them.", "Weather in Bonn?"), {"tools": [WEATHER]}),
    ("a call", [*turns("Weather?"), call({"place": "Bonn", "days": [1, 2]})], {"tools": [WEATHER], "add_generation_prompt": False}),
    ("a call answered", [*turns("Weather?"), call({"place": "Köln"}, ""), {"role": "tool", "name": "get_weather", "content": "18 °C"}],
     {"tools": [WEATHER]}),
    ("a call as text", [*turns("Weather?"), call('{"place": "Bonn"}', "Let me look."), {"role": "tool", "content": "{\"c\": 18.0}"},
                        *turns("Thanks.")[:1]], {"tools": [WEATHER]}),
    ("two tool answers", [*turns("Both?"), call({"place": "Bonn"}), {"role": "tool", "content": "18"}, {"role": "tool", "content": "19"}],
     {"tools": [WEATHER, CLOCK]}),
    ("content parts", [{"role": "user", "content": [{"type": "text", "text": " a? "}, {"type": "image"}, {"type": "text", "text": "b?"}]}], {}),
    ("documents", turns("What do they say?"), {"documents": [{"title": "One", "text": "It rains.", "id": 7}, {"text": "no", "Title": "Two"}]}),
    ("thinking off", turns("a?"), {"enable_thinking": False}),
    ("thinking on", turns("a?", "<think>\nhm\n</think>\n\nb", "c?"), {"enable_thinking": True}),
    ("thoughts in history", turns("a?", "<think>\nlong\n</think>\n\nb", "c?", "<think>short</think>d"), {"add_generation_prompt": False}),
    ("reasoning", [*turns("a?"), {"role": "assistant", "content": "b", "reasoning_content": "\nbecause\n"}], {"add_generation_prompt": False}),
    ("reasoning by another name", [*turns("a?"), {"role": "assistant", "reasoning": "so", "content": "b"}, *turns("c?")], {}),
    ("continued", turns("a?", "The answer is"), {"continue_final_message": True, "add_generation_prompt": False}),
    ("continued, blank at the end", turns("a?", "The answer is "), {"continue_final_message": True, "add_generation_prompt": False}),
    ("continued system", system("S", "a?", "b", "c?", " d"), {"continue_final_message": True, "add_generation_prompt": False}),
    ("date", turns("Which day?"), {"date_string": "01 Jan 2030"}),
    ("other bos", turns("a?", "b"), {"bos_token": "<<", "add_generation_prompt": False}),
]


class Pinned:
    """datetime with a fixed day, for strftime_now."""

    @staticmethod
    def now():
        import datetime

        return datetime.datetime(*map(int, DATE.split("-")), 12)


def render(source, messages, settings):
    """What PreTrainedTokenizerBase.apply_chat_template does but for the tokens."""
    settings = {"add_generation_prompt": True, **settings}
    messages = [{k: v for k, v in m.items() if v is not None} for m in messages]
    mask = "generation" in source and not settings.get("continue_final_message")
    texts, spans = chat_template_utils.render_jinja_template(
        conversations=[messages], chat_template=source, return_assistant_tokens_mask=mask,
        tools=settings.get("tools"), documents=settings.get("documents"),
        continue_final_message=settings.get("continue_final_message", False),
        add_generation_prompt=settings["add_generation_prompt"],
        **{**TOKENS, **{k: v for k, v in settings.items()
                        if k not in ("tools", "documents", "continue_final_message", "add_generation_prompt")}})
    return texts[0], spans[0] if mask else []


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def real(file):
    tokenizer = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
    cases = {}
    for name, messages, settings in CONVERSATIONS:
        try:
            settings = {"add_generation_prompt": True, **settings}
            text = tokenizer.apply_chat_template(messages, tokenize=False, **settings)
            ids = tokenizer.apply_chat_template(messages, return_dict=False, **settings)
            cases[name] = [digest(text), len(ids), digest(",".join(map(str, ids)))]
        except Exception:
            cases[name] = None
    return cases


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--templates", type=pathlib.Path, nargs="*")
    parser.add_argument("--gguf", type=pathlib.Path)
    arguments = parser.parse_args()
    chat_template_utils.datetime = Pinned
    out = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    if arguments.gguf:
        cases = real(arguments.gguf)
        (out / "smollm2.json").write_text(json.dumps(cases, ensure_ascii=False, indent=1) + "\n")
        return print(len(cases), "conversations,", sum(c is None for c in cases.values()), "raise")
    sources = out / "templates"
    if arguments.templates:
        shutil.rmtree(sources, ignore_errors=True)
        sources.mkdir()
        for folder in arguments.templates:
            for file in sorted([*folder.rglob("*.jinja"), *folder.rglob("*.jinja2")]):
                shutil.copy(file, sources / f"{folder.name}-{file.stem}.jinja")
    renderings = {}
    for file in sorted(sources.glob("*.jinja")):
        source = file.read_bytes().decode()
        cases = {}
        for name, messages, settings in CONVERSATIONS:
            try:
                text, spans = render(source, messages, settings)
                cases[name] = [digest(text), *map(list, spans)] if spans else digest(text)
            except Exception:
                cases[name] = None
        renderings[file.name] = cases
    conversations = [{"name": n, "messages": m, "settings": s} for n, m, s in CONVERSATIONS]
    goldens = {"conversations.json": {"date": DATE, "tokens": TOKENS, "conversations": conversations}, "renderings.json": renderings,
               "expressions.json": chat_expressions.rendered(TOKENS)}
    for name, value in goldens.items():
        (out / name).write_text(json.dumps(value, ensure_ascii=False, indent=1 if name != "renderings.json" else None) + "\n")
    print(len(renderings), "templates,", len(CONVERSATIONS), "conversations,",
          sum(c is None for r in renderings.values() for c in r.values()), "raise,", len(goldens["expressions.json"]["cases"]), "expressions")


if __name__ == "__main__":
    main()
