# `python3 -m unittest` with the standard library's own runner: the project's folder is looked in only once that is there,
# so that no module of the project takes its place or that of something it needs.
import os
import sys

if __name__ == "__main__":
    del sys.path[0]
    import unittest
    import unittest.main
    import unittest.runner
    import unittest.signals

    sys.path.insert(0, os.getcwd())
    sys.argv[0] = "python3 -m unittest"
    __unittest = True
    unittest.main(module=None)
