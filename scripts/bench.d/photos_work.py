"""What is done with one picture, the same for orch and its peers: decode, 224 x 224, infer."""
import io

import numpy
import onnxruntime
from PIL import Image

MEAN = numpy.array([0.485, 0.456, 0.406], "f4").reshape(3, 1, 1)
DEVIATION = numpy.array([0.229, 0.224, 0.225], "f4").reshape(3, 1, 1)
SESSIONS = {}


def session(model):
    if model not in SESSIONS:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        SESSIONS[model] = onnxruntime.InferenceSession(model, options,
                                                       providers=["CPUExecutionProvider"])
    return SESSIONS[model]


def prepare(data):
    image = Image.open(io.BytesIO(data)).convert("RGB").resize((224, 224), Image.Resampling.BILINEAR)
    pixels = numpy.asarray(image, "f4").transpose(2, 0, 1) * numpy.float32(1 / 255)
    return (pixels - MEAN) / DEVIATION


def infer(model, tensors):
    found = session(model).run(None, {"input": numpy.stack(tensors)})[0]
    return [{"prob": float(one[0]), "label": "off" if one[0] >= one[1] else "on"} for one in found]
