"""make_images.py DIRECTORY [PILLOW_ARCHIVE]: 200 real pictures out of the installed scikit-image and
scikit-learn packages and, if given, Pillow's source archive; plus some that no one can read.

DIRECTORY gets images/, names.txt (what to ask the server for, one of them does not exist) and
expected-failures.txt (which of these must fail)."""
import hashlib
import importlib.util
import io
import pathlib
import re
import struct
import sys
import tarfile
import warnings
import zlib

from PIL import Image

MOST = 200
SUFFIXES = {".png", ".jpg", ".webp", ".bmp", ".gif"}


def of_package(package, folder):
    root = pathlib.Path(importlib.util.find_spec(package).submodule_search_locations[0], folder)
    for file in sorted(root.iterdir()):
        if file.suffix in SUFFIXES:
            yield file.name, file.read_bytes()


def of_archive(path):
    with tarfile.open(path) as archive:
        for member in sorted(archive.getmembers(), key=lambda member: member.name):
            name = pathlib.PurePosixPath(member.name)
            if "/Tests/images/" in member.name and member.isfile() and name.suffix in SUFFIXES:
                yield name.name, archive.extractfile(member).read()


def is_picture(data, colours):
    """Readable, not tiny, not huge, and with the many colours that drawings lack."""
    if len(data) > 2_000_000:
        return False
    try:
        with Image.open(io.BytesIO(data)) as image:
            small = image.convert("RGB").resize((128, 128))
            return min(image.size) >= 64 and len(set(small.getdata())) > colours
    except Exception:  # the archive holds broken files on purpose
        return False


def pictures(sources):
    seen = set()
    for name, data, colours in sources:
        digest = hashlib.sha256(data).digest()
        if len(seen) < MOST and digest not in seen and is_picture(data, colours):
            yield f"{len(seen):03d}-{re.sub('[^A-Za-z0-9._-]', '_', name)}", data
            seen.add(digest)


def huge_png(width, height):
    """A few bytes that ask for gigabytes."""
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
            + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b""))


def broken():
    """Five files that look like pictures and are none."""
    jpg = dict(of_package("sklearn", "datasets/images"))["china.jpg"]
    png = bytearray(dict(of_package("skimage", "data"))["coffee.png"])
    png[len(png) // 2] ^= 0xFF
    yield "broken-truncated.jpg", jpg[: len(jpg) // 3]
    yield "broken-flipped-byte.png", bytes(png)
    yield "broken-empty.png", b""
    yield "broken-error-page.jpg", b"<html><body>503 Service Unavailable</body></html>\n"
    yield "broken-60000-pixels-wide.png", huge_png(60000, 60000)


def main(directory, archive=None):
    warnings.simplefilter("ignore")
    images = pathlib.Path(directory, "images")
    images.mkdir(parents=True)
    packages = [*of_package("skimage", "data"), *of_package("sklearn", "datasets/images")]
    sources = [(name, data, 64) for name, data in packages]
    if archive:
        sources += [(name, data, 256) for name, data in of_archive(archive)]
    names, failures = [], ["not-there.jpg"]
    for name, data in pictures(sources):
        (images / name).write_bytes(data)
        names.append(name)
    for name, data in broken():
        (images / name).write_bytes(data)
        failures.append(name)
    mixed = sorted(names + failures, key=lambda name: hashlib.sha256(name.encode()).digest())
    pathlib.Path(directory, "names.txt").write_text("".join(f"{name}\n" for name in mixed))
    pathlib.Path(directory, "expected-failures.txt").write_text(
        "".join(f"{name}\n" for name in sorted(failures)))


main(*sys.argv[1:])
