"""Decode a photograph, make it 320 x 320, hand the tensor to the next stage as a file."""
import numpy
import orch_worker
from PIL import Image, UnidentifiedImageError

SIZE = 320


def decode(path):
    try:
        with Image.open(path) as image:
            resized = image.convert("RGB").resize((SIZE, SIZE), Image.Resampling.BILINEAR)
            return resized, image.size
    except UnidentifiedImageError:
        raise ValueError("this is not an image") from None  # Pillow would name a temporary file


def handle(item):
    pixels, (width, height) = decode(item["path"])
    tensor = (numpy.asarray(pixels, numpy.float32) / 255 - 0.5) / 0.5
    with open(item["out"], "wb") as file:
        numpy.save(file, tensor.transpose(2, 0, 1)[None])
    return orch_worker.Out({"width": width, "height": height})


orch_worker.run(handle)
