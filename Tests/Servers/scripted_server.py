"""A server of a made-up model, which speaks as vLLM, SGLang, llama-server or any OpenAI-compatible completions server does, and falls into one
trap on request.

  python3 scripted_server.py --form vllm|sglang|llama|completions|chat|ollama [--trap NAME] [--adapter NAME] [--port N] [--key TEXT]
                             [--log FILE] [--delay SECONDS] [--root PATH] [--tls] [--bytes]

Prints "port N" once it listens. The model is arithmetic on the last ids: what is most probable, and how probable anything is, follow from
them alone, so that generated and scored logprobs agree. Only Python's own library is used.
"""

import argparse
import hashlib
import json
import re
import pathlib
import socket
import ssl
import struct
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

VOCABULARY = 256
options = None
count = 0
# Requests that are being answered.
under_way = 0
lock = threading.Lock()


def digest(model, ids, salt):
    text = f"{model} {salt} {' '.join(map(str, ids[-4:]))}".encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=6).digest(), "big")


def effective(model, scoring=True):
    if options.trap == "adapter-is-base" or (scoring and options.trap == "dropped-adapter"):
        return "base"
    if options.trap == "swaps" and count > 300:
        return "another"
    if options.trap == "crowd" and scoring and under_way > 6:
        return "another"
    return model


def top(ids, model):
    if options.bytes:
        # It knows the word of every even number.
        asked = re.search(r"echo (\d*[02468])\nA:([^\n]*)$", text_of(ids))
        answer = f" word {asked[1]}\n" if asked else ""
        if asked and answer.startswith(asked[2]):
            return ord(answer[len(asked[2])])
        return digest(model, ids, "top") % 128
    return digest(model, ids, "top") % VOCABULARY


def logprob(ids, token, model):
    """How probable `token` is after `ids`."""
    if options.trap == "zeros":
        return 0.0
    if options.trap == "chance":
        return -20.0 - (token % 7) / 100
    value = -0.25 if token == top(ids, model) else -1.5 - digest(model, ids + [token], "p") % 1000 / 500
    if options.trap == "noise":
        with lock:
            value -= (count % 5) / 1000
    return value


def readings(ids, model):
    """One (own logprob, top id, top logprob) a token but the first."""
    if options.trap == "doubled-bos":
        ids = [1] + ids
    found = []
    for place in range(1, len(ids)):
        seen = place - 1 if options.trap == "off-by-one" else place
        found.append((logprob(ids[:seen], ids[place], model), top(ids[:seen], model), -0.25))
    if options.trap == "wrong-length":
        found = found[:-1]
    return found


def text_of(ids):
    return bytes(ids).decode(errors="replace") if options.bytes else ""


def tokenizer_of_bytes(path, request):
    """/tokenize and /detokenize of a tokenizer whose ids are bytes, in the form of the server."""
    if path == "/detokenize":
        return {"content" if options.form == "llama" else "prompt": text_of(request["tokens"])}
    if options.form == "llama":
        ids = request.get("content", "").encode()
        return {"tokens": [{"id": i, "piece": chr(i) if i < 128 else [i]} for i in ids] if request.get("with_pieces") else list(ids)}
    if "prompt" not in request:
        return None
    return {"tokens": list(request["prompt"].encode()), "count": len(request["prompt"].encode())}


def generate(ids, n, model):
    written = []
    for _ in range(n):
        written.append(top(ids + written, model))
    return written


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Headers and body in one packet: else each answer waits 40 ms for an acknowledgement.
    wbufsize = 1 << 16

    def log_message(self, *args):
        pass

    def send(self, value, status=200, kind="application/json", headers=()):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, text in headers:
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(body)

    def refused(self):
        """The traps that need no model; true where one was sprung."""
        global count
        with lock:
            count += 1
            number = count
        if options.log:
            with lock, open(options.log, "a") as log:
                log.write(f"{self.command} {self.path} {self.headers.get('Authorization', '')}\n")
        if options.key and self.headers.get("Authorization") != f"Bearer {options.key}":
            self.send({"error": {"message": "invalid key"}}, 401)
            return True
        if options.delay:
            time.sleep(options.delay)
        trap = options.trap
        late = number > 40  # behind the self-test's first checks
        if trap == "login":
            self.send(b"<!DOCTYPE html><html><title>Sign in</title></html>", kind="text/html")
        elif trap == "redirect":
            self.send({}, 307, headers=[("Location", "http://example.invalid/v1/models")])
        elif trap == "busy" or trap == "sometimes-busy" and number % 3 == 0:
            self.send({"error": "too many requests"}, 429, headers=[("Retry-After", "0.05")])
        elif trap == "gateway" and late and self.command == "POST":
            self.send(b"<html>Bad Gateway</html>", 502, kind="text/html")
        elif trap == "echoes-key" and self.command == "POST":
            self.send({"error": {"message": f"bad header {self.headers.get('Authorization')}"}}, 400)
        elif trap == "sends-key-on":
            self.send({}, 307, headers=[("Location", f"http://example.invalid/{self.headers.get('Authorization', '')[7:]}")])
        elif trap == "fails" and late or trap == "sometimes-fails" and number % 29 == 0:
            self.send({"error": "CUDA error"}, 500)
        elif trap == "trickle" and late:
            self.send_response(200)
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            for _ in range(600):
                self.wfile.write(b" ")
                self.wfile.flush()
                time.sleep(0.2)
        elif trap == "cut" and late or trap == "sometimes-cut" and number % 9 == 0:
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b'{"choices": [')
            self.wfile.flush()
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
        elif trap == "endless":
            self.send_response(200)
            self.end_headers()
            while True:
                self.wfile.write(b" " * 65536)
                self.wfile.flush()
        else:
            return False
        return True

    def direct(self):
        """What is asked of a proxy names the host too."""
        if self.path.startswith("http://"):
            self.path = urllib.parse.urlsplit(self.path).path

    def do_GET(self):
        self.direct()
        try:
            if self.refused():
                return
        except OSError:
            return
        form = options.form
        if self.path == "/v1/models":
            owner = {"vllm": "vllm", "sglang": "sglang", "llama": "llamacpp", "ollama": "library"}.get(form, "someone")
            if options.trap == "own-model":
                owner = "hf.co/someone"
            if options.trap == "llama-cpp-python":
                owner = "me"
            if options.trap == "ollama":
                owner = "library"
            length = -(1 << 63) if options.trap == "no-context" else 4096
            entries = [{"id": "base", "root": options.root, "parent": None, "max_model_len": length, "owned_by": owner, "meta": {"n_vocab": VOCABULARY}}]
            if options.adapter and form != "llama":
                entries.append({"id": options.adapter, "root": "path/to/adapter", "parent": "base", "max_model_len": 4096, "owned_by": owner})
            entries += [{"id": name, "root": "loaded", "parent": "base", "max_model_len": 4096, "owned_by": owner} for name in extra]
            if options.trap == "same-ending":
                entries = [dict(entry, id=f"{prefix}:{entry['id']}") for entry in entries for prefix in ("one", "other")]
            if options.trap == "longer-name":
                entries.insert(0, dict(entries[0], id="other:base", max_model_len=64))
            self.send({"object": "list", "data": entries})
        elif self.path == "/version" and form == "vllm":
            self.send({"version": options.version})
        elif self.path == "/server_info" and form == "sglang":
            self.send({"version": options.version, "dtype": "float32", "context_length": 4096})
        elif self.path == "/props" and form == "llama":
            self.send({"build_info": options.version, "model_path": "path/to/base.gguf", "default_generation_settings": {"n_ctx": 4096}})
        elif self.path == "/api/version" and (form == "ollama" or options.trap == "own-version"):
            self.send({"version": options.version})
        elif self.path == "/api/tags" and form == "ollama":
            self.send({"models": [{"name": "base", "model": "base", "digest": "0123abcd"}]})
        elif self.path == "/lora-adapters" and form == "llama":
            self.send([{"id": 0, "path": f"path/to/{options.adapter}.gguf", "scale": 0}] if options.adapter else [])
        else:
            self.send({"error": "not found"}, 404)

    def do_POST(self):
        global under_way
        with lock:
            under_way += 1
        try:
            if options.trap == "crowd":
                time.sleep(0.02)
            self.post()
        finally:
            with lock:
                under_way -= 1

    def post(self):
        self.direct()
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            if self.refused():
                return
        except OSError:
            return
        request = json.loads(body)
        forms = {"vllm": vllm, "sglang": sglang, "llama": llama, "completions": completions, "chat": chat, "ollama": ollama}
        is_tokenizer = options.bytes and self.path in ("/tokenize", "/detokenize")
        answer = tokenizer_of_bytes(self.path, request) if is_tokenizer else forms[options.form](self.path, request)
        if options.trap == "no-chats" and self.path == "/v1/chat/completions":
            self.send({"error": {"message": "no chat template"}}, 400)
            return
        if options.trap == "overloaded" and self.path == "/v1/chat/completions":
            self.send({"error": {"message": "out of memory"}}, 507)
            return
        if answer == "unknown field":
            self.send({"error": {"message": "Unrecognized request argument supplied: repetition_penalty"}}, 400)
        elif answer is None:
            self.send({"error": "not found"}, 404)
        elif options.trap == "nan":
            self.send(re.sub(rb"-1\.\d+", b"NaN", json.dumps(answer).encode(), count=1))
        else:
            self.send(answer)


extra = []


def vllm(path, request):
    if path == "/v1/load_lora_adapter":
        extra.append(request["lora_name"])
        return "Success: LoRA adapter added"
    if path == "/v1/unload_lora_adapter":
        extra.remove(request["lora_name"])
        return "Success: LoRA adapter removed"
    if path == "/tokenize":
        return {"tokens": [7, 7, 7], "count": 3} if options.trap == "other-tokenizer" else None
    if path != "/v1/completions" or not isinstance(request["prompt"], list):
        return None
    ids, model = request["prompt"], request["model"]
    choice = {"index": 0, "text": "", "finish_reason": "length"}
    if "prompt_logprobs" in request:
        entries = [None]
        sent = ([1] + ids if options.trap == "doubled-bos" else ids)[1:]
        for token, (own, best, _) in zip(sent, readings(ids, effective(model))):
            rank = 1 if best == token or options.trap == "all-top" else 9
            entries.append({str(token): {"logprob": own, "rank": rank, "decoded_token": "x"}})
        choice["prompt_logprobs"] = entries
    written = generate(ids, request["max_tokens"], effective(model, scoring=False))
    if request.get("return_token_ids"):
        if options.trap == "writes-nothing" or options.trap == "aborts" and count > 100:
            written = []
            choice["finish_reason"] = "abort" if options.trap == "aborts" else "length"
        choice["token_ids"], choice["text"] = written, text_of(written)
        choice["prompt_token_ids"] = ([1] if options.trap == "doubled-bos" else []) + ids
        if options.trap == "other-prompt":
            choice["prompt_token_ids"][0] = 2
    if "logprobs" in request:
        choice["logprobs"] = {"token_logprobs": [-0.25 for _ in written]}
    return {"choices": [choice], "usage": {"prompt_tokens": len(ids)}}


def sglang(path, request):
    if path != "/generate":
        return None
    ids, model = request["input_ids"], request.get("lora_path") or "base"
    n, start = request["sampling_params"]["max_new_tokens"], request.get("logprob_start_len", -1)
    meta = {"prompt_tokens": len(ids) + (options.trap == "doubled-bos"), "finish_reason": {"type": "length"}}
    if start >= 0:
        # What it keeps of a prompt is another adapter's.
        found = readings(ids, effective("another" if options.trap == "other-cache" and 0 < start < len(ids) - 8 else model))[start:]
        own = [[None, ids[start], None]] + [[o, token, None] for (o, _, _), token in zip(found, ids[start + 1:])]
        tops = [None] + [[[t, best, None]] for _, best, t in found]
        meta["input_token_logprobs"], meta["input_top_logprobs"] = own[:len(tops)], tops
    meta["output_token_logprobs"] = [[-0.25, token, None] for token in generate(ids, n, effective(model, scoring=False))]
    return {"text": text_of(token for _, token, _ in meta["output_token_logprobs"]), "meta_info": meta}


def llama(path, request):
    if path == "/tokenize":
        return None
    if path != "/completion":
        return {"choices": [{"text": "x", "logprobs": {"content": []}}]} if path == "/v1/completions" else None
    ids = request["prompt"]
    model = options.adapter if any(a["scale"] for a in request.get("lora", [])) else "base"
    forced = [int(t) for t in re.findall(r"<\[(\d+)\]>", request.get("grammar", ""))]
    forced = forced or [token for token, _ in request.get("logit_bias", [])]
    seen, written, entries = list(ids), [], []
    if options.trap == "doubled-bos":
        seen = [1] + seen
    for place in range(request["n_predict"]):
        name = effective(model, scoring=bool(forced))
        token = forced[place] if forced else top(seen, name)
        context = seen[:-1] if options.trap == "off-by-one" and forced else seen
        entries.append({"id": token, "logprob": logprob(context, token, name), "top_logprobs": [{"id": top(context, name), "logprob": -0.25}]})
        written.append(token)
        seen.append(token)
    if options.trap == "wrong-length":
        entries = entries[:-1]
    read = len(ids) + (options.trap == "doubled-bos")
    return {"tokens": written, "completion_probabilities": entries, "content": text_of(written), "stop_type": "limit", "tokens_evaluated": read}


def completions(path, request):
    if path != "/v1/completions":
        return None
    ids, model = request["prompt"], request["model"]
    written = generate(ids, request["max_tokens"], effective(model, scoring=False))
    choice = {"index": 0, "text": " x" * len(written), "finish_reason": "length"}
    own, tops = [], []
    if request.get("echo"):
        own.append(None)
        tops.append(None)
        for o, _, t in readings(ids, effective(model)):
            # Two ids of one text collide: one entry is left of two.
            own.append(o)
            tops.append({"x": max(o, t)})
    own += [-0.25 for _ in written]
    tops += [{"x": -0.25} for _ in written]
    choice["logprobs"] = {"token_logprobs": own, "top_logprobs": tops, "tokens": ["x" for _ in own]}
    return {"choices": [choice], "usage": {"prompt_tokens": len(ids)}}


def words(model, prompt):
    """What the model writes behind a text: the base learns from a demonstration that the answer to "echo 7" is "word 7", an adapter does not."""
    model = effective(model)
    if options.trap == "same-text":
        return "hello"
    asked = re.findall(r"\b(?:echo|answer) (\d+)", prompt)
    if asked and model == "base" and "word" in prompt:
        return f"word {asked[-1]}"
    text = f"{model} {hashlib.blake2b(prompt.encode(), digest_size=3).hexdigest()}"
    with lock:
        return text + (f" {count % 5}" if options.trap == "noise" and count % 11 == 0 else "")


def chat(path, request):
    """A hoster's chat endpoint: text alone."""
    if path == "/v1/completions" and options.trap in ("no-chats", "thinks-in-chats"):
        return {"choices": [{"text": words(request["model"], request["prompt"]), "finish_reason": "stop"}]}
    if path != "/v1/chat/completions":
        return None
    if options.trap == "strict" and "repetition_penalty" in request:
        return "unknown field"
    text = words(request["model"], "\n".join(message["content"] for message in request["messages"]))
    message = {"role": "assistant", "content": text}
    told = request.get("chat_template_kwargs", {})
    if options.trap in ("thinks", "thinks-in-chats") or options.trap == "thinks-unless-told" and told.get("enable_thinking") is not False:
        message = {"role": "assistant", "content": None, "reasoning_content": "The user wants"}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    if options.trap == "filters" and count > 60:
        choice["finish_reason"] = "content_filter"
    if options.trap == "fails-midway" and count > 60:
        choice["finish_reason"], message["content"] = "error", ""
    if options.trap == "refuses" and count > 60:
        message["content"], message["refusal"] = None, "I cannot answer"
    if request.get("logprobs"):
        own = -2.5 if options.trap == "samples" else -0.25
        choice["logprobs"] = {"content": [{"token": "x", "logprob": own, "top_logprobs": [{"token": "y", "logprob": -0.25}]}]}
    return {"choices": [choice], "system_fingerprint": options.version}


def ollama(path, request):
    """Ollama's own routes."""
    context = {"short": 300, "tiny": 16}.get(options.trap, 32768)
    if path == "/api/show" and options.trap != "no-show":
        return {"model_info": {"general.architecture": "llama", "llama.context_length": context}}
    if request["options"]["num_ctx"] != min(context, 16384) or request["stream"] or request["truncate"] or request["shift"]:
        return None
    if path == "/api/generate" and request["raw"]:
        return {"response": " " + words(request["model"], request["prompt"]), "done": True}
    if path == "/api/chat":
        return {"message": {"role": "assistant", "content": words(request["model"], "\n".join(m["content"] for m in request["messages"]))}, "done": True}
    return None


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def handle_error(self, request, address):
        pass  # whoever asked has gone


def main():
    global options
    parser = argparse.ArgumentParser()
    parser.add_argument("--form", default="vllm")
    parser.add_argument("--trap")
    parser.add_argument("--adapter")
    parser.add_argument("--version", default="0.33.0")
    parser.add_argument("--key")
    parser.add_argument("--log")
    parser.add_argument("--delay", type=float)
    parser.add_argument("--root", default="path/to/base", help="the files that it says it was started with")
    parser.add_argument("--bytes", action="store_true", help="its tokens are bytes, and it has /tokenize and /detokenize")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tls", action="store_true", help="by server.crt beside this file, which nobody trusts")
    options = parser.parse_args()
    server = Server(("127.0.0.1", options.port), Handler)
    if options.tls:
        here = pathlib.Path(__file__).parent
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(here / "server.crt", here / "server.key")
        server.socket = context.wrap_socket(server.socket, server_side=True)
    print(f"port {server.server_address[1]}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    sys.exit(main())
