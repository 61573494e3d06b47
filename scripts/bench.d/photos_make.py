#!/usr/bin/env python3
"""photos_make.py PICTURES DIRECTORY COUNT: COUNT JPEGs of 256 to 512 pixels cut from real pictures,
and model.onnx, a small classifier with random weights (it measures speed, it knows nothing): 19
convolutions, 3 x 224 x 224 in, 2 probabilities out. The same bytes every time."""
import io
import os
import sys

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper
from PIL import Image


def sources(pictures):
    found = []
    for name in sorted(os.listdir(pictures)):
        try:
            image = Image.open(os.path.join(pictures, name)).convert("RGB")
        except Exception:  # the set holds broken ones on purpose
            continue
        if min(image.size) >= 256:
            found.append(image)
    return found


def make_pictures(pictures, directory, count):
    chance = numpy.random.default_rng(7)
    images = sources(pictures)
    for i in range(count):
        image = images[i % len(images)]
        width, height = (int(side) for side in chance.integers(256, 513, 2))
        left = int(chance.integers(0, image.width - 255))
        top = int(chance.integers(0, image.height - 255))
        cut = image.crop((left, top, min(image.width, left + width), min(image.height, top + height)))
        out = io.BytesIO()
        cut.resize((width, height), Image.Resampling.BICUBIC).save(out, "JPEG", quality=88)
        with open(os.path.join(directory, f"{i:05d}.jpg"), "wb") as file:
            file.write(out.getvalue())


class Net:
    def __init__(self):
        self.chance = numpy.random.default_rng(1)
        self.nodes, self.weights, self.count = [], [], 0

    def constant(self, name, values):
        self.weights.append(numpy_helper.from_array(values.astype("f4"), name))
        return name

    def conv(self, before, channels_in, channels_out, size, stride, groups=1):
        n = self.count
        self.count += 1
        shape = (channels_out, channels_in // groups, size, size)
        scale = numpy.sqrt(2 / (channels_in // groups * size * size))
        weight = self.constant(f"w{n}", self.chance.standard_normal(shape) * scale)
        bias = self.constant(f"b{n}", numpy.zeros(channels_out))
        self.nodes.append(helper.make_node(
            "Conv", [before, weight, bias], [f"c{n}"], kernel_shape=[size, size],
            strides=[stride, stride], pads=[size // 2] * 4, group=groups))
        self.nodes.append(helper.make_node("Relu", [f"c{n}"], [f"r{n}"]))
        return f"r{n}"


def make_model(path, width=16):
    net = Net()
    last, channels = net.conv("input", 3, width, 3, 2), width
    for factor, stride in ((2, 1), (4, 2), (4, 1), (8, 2), (8, 1), (16, 2), (16, 1), (32, 2), (32, 1)):
        last = net.conv(last, channels, channels, 3, stride, channels)
        last, channels = net.conv(last, channels, factor * width, 1, 1), factor * width
    last_weight = net.constant("last", net.chance.standard_normal((channels, 2)) * 0.05)
    for kind, names, out in (("GlobalAveragePool", [last], "pooled"), ("Flatten", ["pooled"], "flat"),
                             ("MatMul", ["flat", last_weight], "logits")):
        net.nodes.append(helper.make_node(kind, names, [out]))
    net.nodes.append(helper.make_node("Softmax", ["logits"], ["prob"], axis=1))
    graph = helper.make_graph(
        net.nodes, "small",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["n", 3, 224, 224])],
        [helper.make_tensor_value_info("prob", TensorProto.FLOAT, ["n", 2])], net.weights)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), path)


if __name__ == "__main__":
    os.makedirs(sys.argv[2], exist_ok=True)
    make_model(os.path.join(sys.argv[2], "model.onnx"))
    make_pictures(sys.argv[1], sys.argv[2], int(sys.argv[3]))
