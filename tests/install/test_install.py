"""test_install.py BUILD_DIR: what `cmake --install` lays down is whole, stripped and fully static."""
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

PT_INTERP = 3
BUILD = sys.argv.pop(1)


def program_header_types(data):
    offset, = struct.unpack_from("<Q", data, 0x20)
    size, count = struct.unpack_from("<HH", data, 0x36)
    return [struct.unpack_from("<I", data, offset + size * i)[0] for i in range(count)]


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        cls.root = pathlib.Path(cls.directory.name)
        subprocess.run(["cmake", "--install", BUILD, "--prefix", cls.root], check=True,
                       capture_output=True)

    @classmethod
    def tearDownClass(cls):
        cls.directory.cleanup()

    def test_files(self):
        for name in ["bin/orch", "share/doc/orch/LICENSE", "share/doc/orch/CHANGELOG.md",
                     "share/man/man1/orch.1", "share/bash-completion/completions/orch",
                     "share/zsh/site-functions/_orch", "share/fish/vendor_completions.d/orch.fish"]:
            self.assertTrue((self.root / name).is_file(), name)

    def test_debian_package(self):
        """CPack's .deb: everything in its place, and the same bytes every time."""
        names, contents = set(), set()
        for _ in range(2):
            with tempfile.TemporaryDirectory() as directory:
                subprocess.run(["cpack", "-B", directory], cwd=BUILD, check=True, capture_output=True,
                               env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000"})
                package, = pathlib.Path(directory).glob("*.deb")
                contents.add(package.read_bytes())
                listed = subprocess.run(["dpkg-deb", "-c", package], check=True, capture_output=True,
                                        text=True).stdout
                names.update(line.split()[-1] for line in listed.splitlines())
        self.assertEqual(len(contents), 1, "two packages of one build differ")
        for name in ["bin/orch", "share/man/man1/orch.1", "share/bash-completion/completions/orch",
                     "share/zsh/vendor-completions/_orch", "share/doc/orch/LICENSE"]:
            self.assertIn("./usr/" + name, names)

    def test_the_binary_needs_nothing(self):
        data = (self.root / "bin/orch").read_bytes()
        self.assertNotIn(PT_INTERP, program_header_types(data), "linked to shared libraries")
        self.assertNotIn(b".symtab\0", data, "not stripped")
        self.assertLess(len(data), 15 << 20)
        said = subprocess.run(["file", self.root / "bin/orch"], check=True, capture_output=True, text=True)
        self.assertRegex(said.stdout, "static-pie linked|statically linked")
        needs = subprocess.run(["readelf", "-d", self.root / "bin/orch"], check=True, capture_output=True,
                               text=True)
        self.assertNotIn("NEEDED", needs.stdout)
        done = subprocess.run([self.root / "bin/orch", "--version"], env={}, capture_output=True,
                              check=True, timeout=10)
        self.assertTrue(done.stdout.startswith(b"orch "), done.stdout)


unittest.main()
