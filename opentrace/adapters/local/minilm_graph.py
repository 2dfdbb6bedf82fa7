"""Builds the ONNX graph of all-MiniLM-L6-v2 from its published weights, in 8-bit integers.

BERT of 6 layers (Devlin et al. 2019: post-norm, erf GELU), mean pooling over the tokens and a vector of length 1, as
the model's card says. The graph uses onnxruntime's fused operators (`com.microsoft`: QAttention, DynamicQuantizeMatMul,
BiasGelu). LayerNormalization is not fused with the sum before it: onnxruntime 1.32 runs the two apart five times as
fast.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

LAYERS = 6
HEADS = 12
DIMENSIONS = 384
_EPSILON = 1e-12
_FUSED = "com.microsoft"
_OPSETS = {"": 19, _FUSED: 1}
_IR_VERSION = 10

# Weights have 7 bits and a sign: a sum of two products then fits the 16 bits that processors without VNNI give it, so
# that every machine computes the same integers. One scale per output channel: the cosine to the 32-bit vectors is
# 0.993, as it is with 8 bits, and 0.77 with one scale per matrix.
_WEIGHT_LEVELS = 63
_WORD_LEVELS = 127

Array = NDArray[np.float32]


def build_graph(weights: Mapping[str, Array]) -> bytes:
    """A serialised model: `input_ids` (int64) and `mask` (int32), both (texts, tokens) -> `vectors` (texts, 384)."""
    graph = _Graph(weights)
    hidden = graph.embeddings()
    for layer in range(LAYERS):
        hidden = graph.layer(f"encoder.layer.{layer}.", hidden)
    graph.pooling(hidden)
    return graph.serialised()


def quantised(matrix: Array, *, levels: int, axis: int) -> tuple[NDArray[np.int8], Array]:
    """Symmetric integers in ±levels and their scales, one for each slice along `axis`."""
    peaks: Array = np.abs(matrix).max(axis=axis, keepdims=True)
    scales = np.maximum(peaks / levels, np.finfo(np.float32).tiny).astype(np.float32)
    return np.clip(np.rint(matrix / scales), -levels, levels).astype(np.int8), scales


class _Graph:
    def __init__(self, weights: Mapping[str, Array]) -> None:
        self._weights = weights
        self._nodes: list[onnx.NodeProto] = []
        self._initializers: list[onnx.TensorProto] = []

    def embeddings(self) -> str:
        """Word + position + segment 0, normalised. Words are stored as integers with a scale each (12 of 47 MB)."""
        words, scales = quantised(self._weights["embeddings.word_embeddings.weight"], levels=_WORD_LEVELS, axis=1)
        integers = self._node("Gather", [self._constant("words", words), "input_ids"], "word_integers")
        self._node("Cast", [integers], "word_floats", to=TensorProto.FLOAT)
        self._node("Gather", [self._constant("word_scales", scales), "input_ids"], "word_scale")
        self._node("Mul", ["word_floats", "word_scale"], "word")
        positions = (
            self._weights["embeddings.position_embeddings.weight"]
            + self._weights["embeddings.token_type_embeddings.weight"][0]
        )
        first = self._constant("first", np.array([0], np.int64))
        self._node("Shape", ["input_ids"], "length", start=1, end=2)
        self._node("Slice", [self._constant("positions", positions), first, "length", first], "position")
        return self._normalised(["word", "position"], "embeddings.LayerNorm", "embedded")

    def layer(self, prefix: str, hidden: str) -> str:
        parts = [f"{prefix}attention.self.{part}" for part in ("query", "key", "value")]
        joint = np.concatenate([self._weights[f"{part}.weight"] for part in parts])
        bias = np.concatenate([self._weights[f"{part}.bias"] for part in parts])
        attended = self._attention(hidden, joint, bias, f"{prefix}attention")
        mixed = self._linear(attended, f"{prefix}attention.output.dense", f"{prefix}mixed")
        inner = self._normalised([mixed, hidden], f"{prefix}attention.output.LayerNorm", f"{prefix}inner")
        wide = self._linear(inner, f"{prefix}intermediate.dense", f"{prefix}wide", with_bias=False)
        wide_bias = self._constant(f"{prefix}wide.bias", self._weights[f"{prefix}intermediate.dense.bias"])
        active = self._node("BiasGelu", [wide, wide_bias], f"{prefix}active", domain=_FUSED)
        narrow = self._linear(active, f"{prefix}output.dense", f"{prefix}narrow")
        return self._normalised([narrow, inner], f"{prefix}output.LayerNorm", f"{prefix}hidden")

    def pooling(self, hidden: str) -> None:
        """The sum over the tokens, at length 1: the mean's direction, so the division is left out."""
        axis = self._constant("token_axis", np.array([1], np.int64))
        self._node("Cast", ["mask"], "mask_floats", to=TensorProto.FLOAT)
        self._node("Unsqueeze", ["mask_floats", axis], "mask_row")
        self._node("MatMul", ["mask_row", hidden], "token_sum")
        self._node("Squeeze", ["token_sum", axis], "pooled")
        self._node("LpNormalization", ["pooled"], "vectors", axis=-1, p=2)

    def serialised(self) -> bytes:
        shape = ["texts", "tokens"]
        graph = helper.make_graph(
            self._nodes,
            "all-MiniLM-L6-v2",
            [
                helper.make_tensor_value_info("input_ids", TensorProto.INT64, shape),
                helper.make_tensor_value_info("mask", TensorProto.INT32, shape),
            ],
            [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", DIMENSIONS])],
            self._initializers,
        )
        opsets = [helper.make_opsetid(domain, version) for domain, version in _OPSETS.items()]
        return helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION).SerializeToString()

    def _attention(self, hidden: str, matrix: Array, bias: Array, output: str) -> str:
        integers, scale, zero = (f"{output}.{part}" for part in ("integers", "scale", "zero"))
        self._nodes.append(helper.make_node("DynamicQuantizeLinear", [hidden], [integers, scale, zero]))
        matrix_inputs = self._quantised_matrix(f"{output}.joint", matrix)
        inputs = [
            integers, matrix_inputs[0], self._constant(f"{output}.bias", bias),
            scale, matrix_inputs[1], "mask", zero, matrix_inputs[2],
        ]  # fmt: skip
        return self._node("QAttention", inputs, output, domain=_FUSED, num_heads=HEADS)

    def _linear(self, values: str, name: str, output: str, *, with_bias: bool = True) -> str:
        inputs = [values, *self._quantised_matrix(name, self._weights[f"{name}.weight"])]
        if with_bias:
            inputs.append(self._constant(f"{name}.bias", self._weights[f"{name}.bias"]))
        return self._node("DynamicQuantizeMatMul", inputs, output, domain=_FUSED)

    def _quantised_matrix(self, name: str, matrix: Array) -> list[str]:
        """Names of the integers (inputs, outputs), the scales and the zero points (outputs) of a PyTorch matrix."""
        integers, scales = quantised(matrix.T, levels=_WEIGHT_LEVELS, axis=0)
        return [
            self._constant(f"{name}.weight", integers),
            self._constant(f"{name}.scales", scales.reshape(-1)),
            self._constant(f"{name}.zeros", np.zeros(len(matrix), np.int8)),
        ]

    def _normalised(self, terms: Sequence[str], name: str, output: str) -> str:
        total = self._node("Add", terms, f"{output}.sum")
        gain = self._constant(f"{name}.weight", self._weights[f"{name}.weight"])
        bias = self._constant(f"{name}.bias", self._weights[f"{name}.bias"])
        return self._node("LayerNormalization", [total, gain, bias], output, axis=-1, epsilon=_EPSILON)

    def _constant(self, name: str, values: NDArray[Any]) -> str:
        self._initializers.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def _node(self, operator: str, inputs: Sequence[str], output: str, *, domain: str = "", **attributes: Any) -> str:
        self._nodes.append(helper.make_node(operator, inputs, [output], name=output, domain=domain, **attributes))
        return output
