"""A part of G1's syntax tool, joined to tool.py: by what name a linked function is reached, and which names a file uses."""
import ast

# Decorators that leave a function to be reached by its name; any other one may register it.
HARMLESS = {"staticmethod", "classmethod", "property", "cache", "lru_cache", "cached_property", "contextmanager", "wraps"}
# Methods that others call without anybody in the product naming them.
IMPLICIT = {"main", "write", "read", "readline", "flush", "close", "run", "handle", "emit"}
# By these any function of a module may be reached.
REFLECTION = {"getmembers", "globals", "locals", "vars", "dir", "__dict__", "__subclasses__"}


def last_name(node):
    """`lru_cache` of `@functools.lru_cache(maxsize=None)`."""
    node = node.func if isinstance(node, ast.Call) else node
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def reached(source, first, last):
    """The outermost function that the lines are or lie in, where it is reached by its name alone, and the names around it."""
    unit = unit_at(source, first, last)
    around = [n for n in ast.walk(source.tree) if isinstance(n, DEFINITIONS) and start_of(n) <= unit.first and n.end_lineno >= unit.last]
    scope = []
    for node in sorted(around, key=start_of):
        scope.append(node.name)
        harmless = all(last_name(d) in HARMLESS or last_name(d) == "dataclass" for d in node.decorator_list)
        if not harmless:
            return None
        if isinstance(node, ast.ClassDef):
            # What a base class has may call it.
            if node.keywords or any(last_name(base) != "object" for base in node.bases):
                return None
            continue
        special = node.name in IMPLICIT or node.name.startswith("__")
        return None if special else (node, ".".join(scope))
    return None


def used(source):
    """The code without what names a function and uses it nowhere: `__all__`."""
    data = bytearray(code_only(source).encode("utf-8"))
    for node in source.tree.body:
        if "__all__" in targets(node):
            start, end = source.span(node)
            data[start:end] = bytes(b if b in b"\r\n" else 32 for b in data[start:end])
    return data.decode("utf-8")


def reflects(source):
    names = (getattr(n, "id", None) or getattr(n, "attr", None) for n in ast.walk(source.tree) if isinstance(n, (ast.Name, ast.Attribute)))
    return any(name in REFLECTION for name in names)
