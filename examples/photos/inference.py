"""Run the text-detection model that ships inside rapidocr-onnxruntime; say whether there is text."""
import importlib.util
import pathlib

import numpy
import onnxruntime
import orch_worker

package = importlib.util.find_spec("rapidocr_onnxruntime").submodule_search_locations[0]
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1  # orch runs one worker a core: more threads would only fight
options.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(
    str(pathlib.Path(package, "models", "ch_PP-OCRv4_det_infer.onnx")),
    options, providers=["CPUExecutionProvider"])
name = session.get_inputs()[0].name


def handle_batch(items):
    """One call for the whole batch: all tensors have one shape."""
    tensors = numpy.concatenate([numpy.load(item["path"]) for item in items])
    return [label(one) for one in session.run(None, {name: tensors})[0]]


def label(probabilities):
    prob = float(probabilities.max())
    area = float((probabilities > 0.3).mean())
    return {"prob": round(prob, 6), "label": "on" if prob > 0.6 and area > 0.0005 else "off"}


orch_worker.run(handle_batch=handle_batch)
