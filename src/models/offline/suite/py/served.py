"""Starts the application as `python3 -m app` does, for tests that set its clock and its settings from outside.

It is told on standard input, a JSON object a line, and answers each with a line: `clock` is how many seconds the clock is
ahead, `environment` holds variables, `set` holds values by name such as `app.values.AHEAD`, `restore` lists names that
shall have again what they had at first. The answer holds what `set` replaced. The application ends with its input.
"""

import datetime
import importlib
import json
import os
import runpy
import sys
import threading

_first = {}


def _put(name, value):
    """Gives a module's variable another value; returns the one it had at first."""
    module, _, variable = name.rpartition(".")
    module = importlib.import_module(module)
    first = _first.setdefault(name, getattr(module, variable))
    setattr(module, variable, value)
    return first


def _environment(values):
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _obey(order):
    if "clock" in order:
        _put("app.values.AHEAD", datetime.timedelta(seconds=order["clock"]))
    _environment(order.get("environment", {}))
    for name in order.get("restore", []):
        _put(name, _first[name])
    return {name: _put(name, value) for name, value in order.get("set", {}).items()}


def _listen():
    # Unbuffered: nobody holds a lock on it when the application ends by itself.
    for line in open(0, "rb", buffering=0):
        try:
            answer = _obey(json.loads(line))
        except Exception as error:  # The test is told, whatever it is.
            answer = {"error": repr(error)}
        print(json.dumps(answer, default=repr), flush=True)
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=_listen, daemon=True).start()
    runpy.run_module("app", run_name="__main__", alter_sys=True)
