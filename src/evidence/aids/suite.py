# `python3 -m unittest` with the standard library's own runner: the project's folder is looked in only once that is there,
# so that no module of the project takes its place or that of something it needs. `--beside=FOLDER` is looked in, too: what
# lies there finds its neighbours by their bare names, as `discover -s FOLDER` has it.
#
# Functions of a test module that are tests to other runners (`def test_add(): assert …`) are run as well, where they want
# nothing that such a runner would give them.
import os
import sys

if __name__ == "__main__":
    del sys.path[0]
    import fnmatch
    import inspect
    import unittest
    import unittest.main
    import unittest.runner
    import unittest.signals

    class Function(unittest.FunctionTestCase):
        def __init__(self, function):
            super().__init__(function)
            self.function = function

        def id(self):
            return f"{self.function.__module__}.{self.function.__name__}"

        def __str__(self):
            return f"{self.function.__name__} ({self.id()})"

    def is_test(module, name):
        function = getattr(module, name, None)
        if not name.startswith("test_") or not inspect.isfunction(function) or function.__module__ != module.__name__:
            return False
        wanted = [one for one in inspect.signature(function).parameters.values() if one.default is one.empty]
        return not wanted and not inspect.iscoroutinefunction(function) and not inspect.isgeneratorfunction(function)

    class Loader(unittest.TestLoader):
        def loadTestsFromModule(self, module, *args, **kwargs):
            found = super().loadTestsFromModule(module, *args, **kwargs)
            if hasattr(module, "load_tests"):
                return found
            tests = [Function(getattr(module, name)) for name in sorted(vars(module)) if is_test(module, name)]
            wanted = self.testNamePatterns
            if wanted:
                tests = [test for test in tests if any(fnmatch.fnmatchcase(test.id(), one) for one in wanted)]
            return self.suiteClass([*found, *tests])

        def loadTestsFromName(self, name, module=None):
            above, _, last = name.rpartition(".")
            if module is None and above and last.startswith("test_"):
                try:
                    there = __import__(above, fromlist=[last])
                except Exception:
                    there = None
                if there is not None and is_test(there, last):
                    return self.suiteClass([Function(getattr(there, last))])
            return super().loadTestsFromName(name, module)

    if sys.argv[1:] and sys.argv[1].startswith("--beside="):
        sys.path.insert(0, os.path.join(os.getcwd(), sys.argv.pop(1).partition("=")[2]))
    sys.path.insert(0, os.getcwd())
    sys.argv[0] = "python3 -m unittest"
    __unittest = True
    unittest.main(module=None, testLoader=Loader())
