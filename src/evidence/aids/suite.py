# `python3 -m unittest` with the standard library's own runner: the project's folder is looked in only once that is there,
# so that no module of the project takes its place or that of something it needs. `--beside=FOLDER` is looked in, too: what
# lies there finds its neighbours by their bare names, as `discover -s FOLDER` has it.
import os
import sys

if __name__ == "__main__":
    del sys.path[0]
    import unittest
    import unittest.main
    import unittest.runner
    import unittest.signals

    if sys.argv[1:] and sys.argv[1].startswith("--beside="):
        sys.path.insert(0, os.path.join(os.getcwd(), sys.argv.pop(1).partition("=")[2]))
    sys.path.insert(0, os.getcwd())
    sys.argv[0] = "python3 -m unittest"
    __unittest = True
    unittest.main(module=None)
