"""Makes Tests/Goldens/checkpoints/split: a golden GGUF file as several, as gguf's `split_max_tensors` and llama-gguf-split write them.

    python3 -m pip install -r requirements.txt
    python3 split_gguf.py ../../Tests/Goldens/checkpoints/llama-tied-q8_0.gguf --out ../../Tests/Goldens/checkpoints/split

The first part holds the metadata, each its own tensors and the keys `split.no`, `split.count` and `split.tensors.count`.
"""

import argparse
import pathlib
import shutil

from gguf import GGUFReader, GGUFValueType, GGUFWriter

PARTS = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("whole", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    shutil.rmtree(arguments.out, ignore_errors=True)
    arguments.out.mkdir(parents=True)
    whole = GGUFReader(arguments.whole)
    path = arguments.out / arguments.whole.name
    most = -(-len(whole.tensors) // PARTS)
    writer = GGUFWriter(path, whole.fields["general.architecture"].contents(), split_max_tensors=most)
    for key, field in whole.fields.items():
        if key.startswith("GGUF.") or key == "general.architecture":
            continue
        element = field.types[-1] if field.types[0] == GGUFValueType.ARRAY else None
        writer.add_key_value(key, field.contents(), field.types[0], element)
    for tensor in whole.tensors:
        writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    parts = [GGUFReader(part) for part in sorted(arguments.out.iterdir())]
    assert len(parts) == PARTS
    tensors = {tensor.name: tensor for part in parts for tensor in part.tensors}
    assert all((tensors[tensor.name].data == tensor.data).all() for tensor in whole.tensors)


if __name__ == "__main__":
    main()
