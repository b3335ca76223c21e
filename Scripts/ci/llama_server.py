"""llama.cpp's llama-server in this process, by PyPI's xllamacpp (Scripts/ci/requirements-served.txt): until it is killed.

  python3 Scripts/ci/llama_server.py MODEL.gguf PORT [ADAPTER.gguf ...]

Prints "up" once it listens. Adapters are loaded and not applied: each request says which it wants.
"""

import sys
import time

import xllamacpp


def main(model, port, adapters):
    settings = xllamacpp.CommonParams()
    settings.model.path = model
    settings.n_ctx = 8192
    settings.n_parallel = 2
    # Its threads wait for each other awake: several of them on cores that others use take minutes for seconds.
    settings.cpuparams.n_threads = 1
    settings.cpuparams_batch.n_threads = 1
    settings.hostnames = ["127.0.0.1"]
    settings.port = port
    settings.lora_init_without_apply = True
    loaded = []
    for path in adapters:
        adapter = xllamacpp.CommonAdapterLoraInfo()
        adapter.path = path
        adapter.scale = 1.0
        loaded.append(adapter)
    settings.lora_adapters = loaded
    server = xllamacpp.Server(settings)
    print("up", flush=True)
    while server:
        time.sleep(1)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
