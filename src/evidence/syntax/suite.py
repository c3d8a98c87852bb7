"""A part of G1's syntax tool, joined to tool.py: the tests of Python files."""
import ast
import functools

# What looks at the text of a program, or at what became of it, instead of at what it does.
READS = ("getsource", "getsourcelines", "getsourcefile", "findsource", "__code__", "co_code")
# Assertions that say only what is not so, whatever they are given.
DENIALS = ("assertNotEqual", "assertNotEquals", "assertNotIn", "assertIsNot", "assertNotRegex", "assertNotAlmostEqual")
SKIPS = ("skip", "skipIf", "skipUnless", "expectedFailure", "skipTest", "SkipTest")


def last_name(node):
    if isinstance(node, ast.Call):
        node = node.func
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def differs(test, holds=True):
    """Whether an expression says, where it holds or does not, only what is not so: `a != b`, `not a == b`, `a not in b`."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return differs(test.operand, not holds)
    unequal, equal = (ast.NotEq, ast.NotIn), (ast.Eq, ast.In)
    return isinstance(test, ast.Compare) and all(isinstance(op, unequal if holds else equal) for op in test.ops)


def denies(name, given):
    """Whether an assertion of `unittest` says only what is not so."""
    if name in ("assertTrue", "assertFalse"):
        return bool(given) and differs(given[0], name == "assertTrue")
    return name in DENIALS


class Suite:
    """The test files: where a name is defined, and what calling it asserts."""

    def __init__(self):
        self.sources = {}

    def source(self, path):
        if path not in self.sources:
            try:
                self.sources[path] = Source(path)
            except Problem as problem:
                self.sources[path] = problem
        found = self.sources[path]
        if isinstance(found, Problem):
            raise found
        return found

    def module(self, name):
        for path in (name.replace(".", "/") + ".py", name.replace(".", "/") + "/__init__.py"):
            try:
                return self.source(path)
            except Problem as problem:
                if "does not exist" not in str(problem):
                    raise
        return None

    @functools.lru_cache(maxsize=None)
    def look_up(self, source, name):
        """A function or class by the name that a module knows it by, imports followed once."""
        head, _, rest = name.partition(".")
        for node in ast.walk(source.tree):
            if isinstance(node, DEFINITIONS) and node.name == head and not rest:
                return source, node
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    if (alias.asname or alias.name) != head:
                        continue
                    base = node.module or ""
                    if node.level:
                        folder = source.path.split("/")[:-node.level]
                        base = ".".join(folder + ([base] if base else []))
                    other = self.module(f"{base}.{alias.name}") if rest else self.module(base)
                    if other:
                        wanted = rest or alias.name
                        for inner in other.tree.body:
                            if isinstance(inner, DEFINITIONS) and inner.name == wanted:
                                return other, inner
            if isinstance(node, ast.Import) and rest:
                for alias in node.names:
                    if (alias.asname or alias.name) == name.rpartition(".")[0]:
                        other = self.module(alias.name)
                        for inner in other.tree.body if other else []:
                            if isinstance(inner, DEFINITIONS) and inner.name == name.rpartition(".")[2]:
                                return other, inner
        return None

    def bases(self, source, cls, depth=0):
        """The class and those it inherits from, nearest first, as far as they are in the tree."""
        yield source, cls
        for base in cls.bases if depth < 5 else []:
            found = self.look_up(source, ast.unparse(base))
            if found and isinstance(found[1], ast.ClassDef) and found[1] is not cls:
                yield from self.bases(*found, depth + 1)

    @functools.lru_cache(maxsize=None)
    def method(self, source, cls, name):
        for home, owner in self.bases(source, cls):
            for node in owner.body:
                if isinstance(node, FUNCTIONS) and node.name == name:
                    return home, node
        return None

    def asserted(self, source, cls, function, seen=()):
        """Of each assertion, whether it says what is so; the last one asked for is the first that does."""
        if function in seen or len(seen) > 4:
            return
        for node in ast.walk(function):
            if isinstance(node, ast.Assert) and not isinstance(node.test, ast.Constant):
                yield not differs(node.test)
            if not isinstance(node, ast.Call):
                continue
            name, on_self = last_name(node), isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) in ("self", "cls")
            if name == "fail" and on_self or name == "raises" and not on_self:
                yield True
            found = self.method(source, cls, name) if on_self and cls else self.look_up(source, ast.unparse(node.func))
            if found and isinstance(found[1], FUNCTIONS):
                # A helper of the tests' own, whatever its name: what it is given says nothing of what it asserts.
                yield from self.asserted(found[0], cls if on_self else None, found[1], seen + (function,))
            elif name.startswith("assert") and isinstance(node.func, ast.Attribute):
                # Constants alone assert nothing about the application.
                given = node.args + [keyword.value for keyword in node.keywords]
                if any(not isinstance(argument, ast.Constant) for argument in given):
                    yield not denies(name, given)

    def check(self, test):
        """The file of a test, and whether it says nothing but what is not so; a problem when it is missing, skipped, or
        asserts nothing."""
        parts = test.split(".")
        for cut_at in range(len(parts) - 2, 0, -1):
            source = self.module(".".join(parts[:cut_at]))
            if source:
                break
        else:
            raise Problem(f"{test}: no such test file")
        if len(parts) - cut_at != 2:
            raise Problem(f"{test} is not module.Class.method")
        cls_name, name = parts[cut_at:]
        cls = next((n for n in source.tree.body if isinstance(n, ast.ClassDef) and n.name == cls_name), None)
        if cls is None:
            raise Problem(f"{source.path} has no class {cls_name}")
        found = self.method(source, cls, name)
        if found is None or not name.startswith("test"):
            raise Problem(f"{source.path}: {cls_name} has no test {name}")
        home, function = found
        owners = [owner for _, owner in self.bases(source, cls)]
        decorated = function.decorator_list + [d for owner in owners for d in owner.decorator_list]
        fixtures = [self.method(source, cls, f) for f in ("setUp", "setUpClass")]
        bodies = [function] + [f[1] for f in fixtures if f]
        called = [n for body in bodies for n in ast.walk(body) if isinstance(n, (ast.Call, ast.Raise))]
        names = [last_name(d) for d in decorated]
        names += [last_name(n) if isinstance(n, ast.Call) else last_name(n.exc) if n.exc else "" for n in called]
        if any(name in SKIPS for name in names):
            raise Problem(f"{test} is skipped")
        looked_at = [n.attr if isinstance(n, ast.Attribute) else getattr(n, "id", "") for body in bodies for n in ast.walk(body)]
        read = next((name for name in looked_at if name in READS), None)
        if read:
            raise Problem(f"{test} reads the source of the program ({read}): a test shows what a program does")
        states = None
        for states in self.asserted(home, cls, function):
            if states:
                break
        if states is None:
            raise Problem(f"{test} asserts nothing")
        return {"path": source.path, "denies": not states}
