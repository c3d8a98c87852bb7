"""A part of G1's syntax tool, joined to tool.py: which modules a file imports that are from outside."""
import ast
import functools
import importlib.util
import os
import sys


@functools.lru_cache(maxsize=None)
def own_modules():
    """Whatever a file of the tree can be imported as."""
    names = set()
    for folder, folders, files in os.walk("."):
        folders[:] = [name for name in folders if name not in ("node_modules", "vendor", ".git")]
        names.update(folders)
        names.update(name[:-3] for name in files if name.endswith(".py"))
    return names


@functools.lru_cache(maxsize=None)
def is_foreign(name):
    """Neither of the tree nor of the standard library, which is all that an isolated interpreter without `site` finds."""
    if name in own_modules() or name in sys.builtin_module_names or name in getattr(sys, "stdlib_module_names", ()):
        return False
    try:
        return importlib.util.find_spec(name) is None
    except (ImportError, ValueError):
        return True


def foreign(source):
    found = []
    for node in ast.walk(source.tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        tops = [name.split(".")[0] for name in names]
        found += [[node.lineno, top] for top in tops if top and is_foreign(top)]
    return sorted(found)
