"""Writes a GGUF model of architecture `llama` as a Hugging Face folder in fp32: the very weights, dequantised.

    python Scripts/peers/hugging_face_folder.py models/smollm2-135m-instruct.gguf FOLDER
"""

import pathlib
import sys

from gguf import GGUFReader

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "goldens"))
import gguf_llama  # noqa: E402

if __name__ == "__main__":
    reader, folder = GGUFReader(sys.argv[1]), sys.argv[2]
    gguf_llama.model(reader).save_pretrained(folder)
    gguf_llama.tokenizer(reader).save_pretrained(folder)
