"""A web application in Python's standard library; README.md says how to run it."""

import sys

# Nothing but source belongs into this folder.
sys.dont_write_bytecode = True
