"""Writes two copies of a GGUF model that should behave like it: all matrices in bfloat16, and all in Q8_0.

    python Scripts/peers/near_copies.py models/smollm2-135m-instruct.gguf OUT_FOLDER

Made with gguf 0.19.0, numpy 2.4.6.
"""

import sys
from pathlib import Path

import gguf
import numpy as np


def copy(source: Path, target: Path, kind: gguf.GGMLQuantizationType) -> None:
    reader = gguf.GGUFReader(source)
    architecture = reader.fields["general.architecture"].contents()
    writer = gguf.GGUFWriter(target, architecture)
    for name, field in reader.fields.items():
        if name.startswith("GGUF.") or name == "general.architecture":
            continue
        value, kinds = field.contents(), field.types
        writer.add_key_value(name, value, kinds[0], kinds[-1] if kinds[0] == gguf.GGUFValueType.ARRAY else None)
    for tensor in reader.tensors:
        values = gguf.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        # Norms stay exact, as in every published file.
        if values.ndim == 1:
            writer.add_tensor(tensor.name, values)
        else:
            writer.add_tensor(tensor.name, gguf.quantize(values, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    source, folder = Path(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    copy(source, folder / "bf16.gguf", gguf.GGMLQuantizationType.BF16)
    copy(source, folder / "q8_0.gguf", gguf.GGMLQuantizationType.Q8_0)
