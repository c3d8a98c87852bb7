"""G1's syntax tool: answers questions about Python files from their syntax trees. It never runs what it reads.

python3 -I -S tool.py REQUEST RESPONSE        with the tree to read as the working directory
"""
import ast
import functools
import io
import json
import re
import sys
import tokenize

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
DEFINITIONS = FUNCTIONS + (ast.ClassDef,)
CONTAINERS = (ast.List, ast.Tuple, ast.Set, ast.Dict, ast.Call)


class Problem(Exception):
    """Something that the author of a link must repair."""


class Source:
    """A file with its lines as bytes, because column offsets of the syntax tree count bytes."""

    def __init__(self, path, data=None):
        self.path = path
        if data is None:
            try:
                with open(path, "rb") as file:
                    data = file.read()
            except OSError:
                raise Problem(f"{path} does not exist")
        self.data = data
        # Without an ending it was found to be Python by what it says itself.
        if "." in path.rsplit("/", 1)[-1] and not path.endswith(".py"):
            raise Problem(f"{path} is not Python; only Python can be neutralised")
        try:
            self.tree = ast.parse(data, path)
            data.decode("utf-8")
        except (SyntaxError, ValueError) as error:
            raise Problem(f"{path} cannot be parsed: {error}")
        self.lines = re.split(b"(?<=\n)|(?<=\r)(?!\n)", data)
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line))

    @staticmethod
    @functools.lru_cache(maxsize=None)
    def of(path):
        """A file of the tree, parsed once however often it is asked about."""
        return Source(path)

    @functools.lru_cache(maxsize=None)
    def dump(self):
        return ast.dump(self.tree)

    def offset(self, line, column):
        return self.starts[line - 1] + column

    def span(self, node):
        return self.offset(node.lineno, node.col_offset), self.offset(node.end_lineno, node.end_col_offset)

    def trimmed(self, first, last):
        """Without blank and comment lines at either end."""
        if not 1 <= first <= last <= len(self.lines):
            raise Problem(f"{self.path} has no lines {first}-{last}")
        idle = [not line.strip() or line.strip().startswith(b"#") for line in self.lines]
        while first <= last and idle[first - 1]:
            first += 1
        while last >= first and idle[last - 1]:
            last -= 1
        if first > last:
            raise Problem(f"{self.path} lines {first}-{last} hold no code")
        return first, last


def start_of(node):
    """The first line, decorators included."""
    return min([node.lineno] + [d.lineno for d in getattr(node, "decorator_list", [])])


def blocks(node):
    """The lists of statements directly below a node."""
    for name in ("body", "orelse", "finalbody"):
        block = getattr(node, name, None)
        if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
            yield block
    for handler in getattr(node, "handlers", []) + getattr(node, "cases", []):
        yield handler.body


def count_functions(nodes):
    return sum(isinstance(inner, FUNCTIONS) for node in nodes for inner in ast.walk(node))


class Unit:
    """What a range is: a function, a class, rows of a literal, or statements."""

    def __init__(self, kind, nodes, scope, container=None):
        self.kind, self.nodes, self.scope, self.container = kind, nodes, scope, container
        self.first = min(start_of(node) for node in nodes)
        self.last = max(node.end_lineno for node in nodes)

    @property
    def name(self):
        return ".".join(self.scope + [self.nodes[0].name])


def unit_at(source, first, last):
    """The unit that the lines are exactly, else a problem."""
    first, last = source.trimmed(first, last)
    node, scope, inside = source.tree, [], False
    while True:
        found = None
        for block in blocks(node):
            touched = [s for s in block if start_of(s) <= last and s.end_lineno >= first]
            if not touched:
                continue
            whole = [s for s in touched if start_of(s) >= first and s.end_lineno <= last]
            if len(whole) == len(touched):
                return statements(source, whole, scope, inside, first, last)
            if len(touched) == 1:
                found = touched[0]
                if isinstance(found, DEFINITIONS) and first <= found.lineno and found.end_lineno == last:
                    return statements(source, touched, scope, inside, first, last)
                break
            raise cut(source, first, last)
        if found is None:
            raise cut(source, first, last)
        rows = rows_at(found, first, last, scope) if not isinstance(found, DEFINITIONS) else None
        if rows:
            return rows
        if isinstance(found, DEFINITIONS):
            scope = scope + [found.name]
            inside = inside or isinstance(found, FUNCTIONS)
        elif not any(True for _ in blocks(found)):
            raise cut(source, first, last)
        node = found


def cut(source, first, last):
    return Problem(
        f"{source.path} lines {first}-{last} are neither one function, nor one route, nor rows of one table; name a symbol"
    )


def statements(source, nodes, scope, inside, first, last):
    many = count_functions(nodes) > 1 and not (len(nodes) == 1 and isinstance(nodes[0], FUNCTIONS))
    if many or (len(nodes) > 1 and not inside):
        raise Problem(f"{source.path} lines {first}-{last} are more than one function, route or table; link them one by one")
    kind = "statement"
    if len(nodes) == 1 and isinstance(nodes[0], DEFINITIONS):
        kind = "function" if isinstance(nodes[0], FUNCTIONS) else "class"
    return Unit(kind, nodes, scope)


def defined(node, name):
    """Definitions and assignments of a name directly below a node, also inside if, try and with."""
    for block in blocks(node):
        for statement in block:
            if isinstance(statement, DEFINITIONS):
                if statement.name == name:
                    yield statement
            elif name in targets(statement):
                yield statement
            else:
                yield from defined(statement, name)


def targets(statement):
    if isinstance(statement, ast.Assign):
        nodes = statement.targets
    elif isinstance(statement, (ast.AnnAssign, ast.AugAssign)):
        nodes = [statement.target]
    else:
        return []
    return [ast.unparse(node) for node in nodes]


def unit_of_symbol(source, symbol):
    """`Class.method`, `FUNCTION`, `TABLE`, or one row of a table as `TABLE[key]`."""
    row = re.fullmatch(r"(.+?)\[(.+)\]", symbol)
    name, key = (row.group(1), row.group(2)) if row else (symbol, None)
    node, scope, parts = source.tree, [], name.split(".")
    for position, part in enumerate(parts):
        found = list(defined(node, part))
        if not found:
            raise Problem(f"{source.path} has no {'.'.join(parts[:position + 1])}")
        if len(found) > 1 and key is None:
            raise Problem(f"{source.path} defines {name} {len(found)} times; name its lines")
        node = found[-1]
        if position < len(parts) - 1:
            scope = scope + [part]
    if key is None:
        inside = any(isinstance(n, FUNCTIONS) for n in [node])
        return statements(source, [node], scope, inside, node.lineno, node.end_lineno)
    container, row = row_of_symbol(source, node, name, key)
    return Unit("rows", row, scope, (node, container, [row]))


# ---------------------------------------------------------------- neutralising

def neutralised(source, unit):
    """The file with the unit alone made ineffective."""
    if unit.kind == "function":
        edits = [without_body(source, unit.nodes[0])]
    elif unit.kind == "class":
        functions = [n for n in unit.nodes[0].body if isinstance(n, FUNCTIONS)]
        edits = [without_body(source, functions[0]) if functions else (*inner_span(source, unit.nodes[0]), b"pass")]
    elif unit.kind == "rows":
        edits = without_rows(source, unit)
    else:
        edits = [without_effect(source, node) for node in unit.nodes]
    data = source.data
    for start, end, text in sorted(edits, reverse=True):
        data = data[:start] + text + data[end:]
    try:
        after = ast.parse(data, source.path)
    except (SyntaxError, ValueError) as error:
        raise Problem(f"{source.path} lines {unit.first}-{unit.last} cannot be taken away alone: {error}")
    if ast.dump(after) == source.dump():
        raise Problem(f"{source.path} lines {unit.first}-{unit.last} do nothing that could be taken away")
    return data.decode("utf-8")


def inner_span(source, node):
    first = node.body[0]
    return source.offset(start_of(first), first.col_offset if start_of(first) == first.lineno else indent(source, start_of(first))), source.span(node)[1]


def indent(source, line):
    text = source.lines[line - 1]
    return len(text) - len(text.lstrip())


def without_body(source, function):
    """The signature stays; a generator stays a generator, of nothing."""
    start, end = inner_span(source, function)
    own = [n for n in own_nodes(function) if isinstance(n, (ast.Yield, ast.YieldFrom))]
    text = b"return None"
    if own:
        text = b"return\n" + b" " * indent(source, start_of(function.body[0])) + b"yield"
        if function.body[0].lineno == function.lineno:
            text = b"return; yield"
    return start, end, text


def own_nodes(function):
    """Nodes of a function without those of functions inside it."""
    queue = list(function.body)
    while queue:
        node = queue.pop()
        yield node
        if not isinstance(node, DEFINITIONS + (ast.Lambda,)):
            queue.extend(ast.iter_child_nodes(node))


def without_effect(source, node):
    start, end = source.span(node)
    start = source.offset(start_of(node), indent(source, start_of(node))) if start_of(node) != node.lineno else start
    value = getattr(node, "value", None)
    if isinstance(node, (ast.Assign, ast.AnnAssign)) and value is not None:
        return source.span(value) + (empty(value).encode(),)
    return start, end, b"pass"


def empty(value):
    """The empty value of the same type, as far as the syntax tells it."""
    if isinstance(value, (ast.List, ast.ListComp)):
        return "[]"
    if isinstance(value, ast.Tuple):
        return "()"
    if isinstance(value, (ast.Set, ast.SetComp)):
        return "set()"
    if isinstance(value, (ast.Dict, ast.DictComp)):
        return "{}"
    if isinstance(value, ast.GeneratorExp):
        return "iter(())"
    if isinstance(value, ast.JoinedStr):
        return "''"
    if isinstance(value, ast.Lambda):
        return f"lambda {ast.unparse(value.args)}: None"
    if isinstance(value, ast.BinOp):
        return empty(value.left)
    if isinstance(value, ast.Constant) and value.value is not None and value.value is not ...:
        return repr(type(value.value)())
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        if value.func.id in ("frozenset", "tuple", "list", "dict", "set", "str", "int", "float", "bytes"):
            return f"{value.func.id}()"
        if value.func.id == "sorted":
            return "[]"
    return "None"


def without_rows(source, unit):
    _, container, rows = unit.container
    everything = elements(container)
    kept = [e for e in everything if e not in rows]
    begin, finish = source.span(container)
    if isinstance(container, ast.Set) and not kept:
        return [(begin, finish, b"set()")]
    if isinstance(container, ast.Call):
        low, high = source.span(container.func)[1] + 1, finish - 1
    elif isinstance(container, ast.Tuple) and source.data[begin:begin + 1] != b"(":
        low, high = begin, finish
    else:
        low, high = begin + 1, finish - 1
    edits = []
    for row in rows:
        start, end = row_span(source, row, low, high)
        comma = re.compile(rb"(?:\s|#[^\n]*\n)*,").match(source.data, end, high)
        edits.append((start, comma.end() if comma else end, b""))
    if isinstance(container, ast.Tuple) and len(kept) == 1:
        # One element makes a tuple only with its comma.
        _, end = row_span(source, kept[0], low, high)
        if not re.compile(rb"(?:\s|#[^\n]*\n)*,").match(source.data, end, high):
            edits.append((end, end, b","))
    return edits


def row_span(source, row, low, high):
    """With the stars or parentheses around it, which belong to no node."""
    start, end = source.span(row[0])[0], source.span(row[-1])[1]
    before = source.data[low:start].rstrip()
    if before.endswith(b"**") and len(row) == 1:
        start = low + len(before) - 2
    while True:
        before, after = source.data[low:start].rstrip(), source.data[end:high]
        if not before.endswith(b"(") or not after.lstrip().startswith(b")"):
            return start, end
        start = low + len(before) - 1
        end += len(after) - len(after.lstrip()) + 1


# ---------------------------------------------------------------- searching

def code_only(source):
    """The file with comments and strings that nobody uses blanked, line by line."""
    data = bytearray(source.data)

    def blank(start, end):
        for position in range(start, end):
            if data[position:position + 1] not in (b"\n", b"\r"):
                data[position] = 32

    for node in ast.walk(source.tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            blank(*source.span(node))
    for token in tokenize.tokenize(io.BytesIO(source.data).readline):
        if token.type == tokenize.COMMENT:
            line = source.lines[token.start[0] - 1].decode("utf-8")
            start = source.offset(token.start[0], len(line[:token.start[1]].encode()))
            blank(start, start + len(token.string.encode()))
    return data.decode("utf-8")


# ---------------------------------------------------------------- the questions

def resolve(question):
    source = Source.of(question["path"])
    if question.get("symbol"):
        unit = unit_of_symbol(source, question["symbol"])
    elif question.get("lines"):
        unit = unit_at(source, *question["lines"])
    else:
        raise Problem(f"{question['path']}: the link has neither a symbol nor lines")
    if dump(unit_at(source, unit.first, unit.last).nodes) != dump(unit.nodes):
        raise Problem(f"{source.path} lines {unit.first}-{unit.last} hold more than {question.get('symbol')}; give it lines of its own")
    neutralised(source, unit)
    return {"lines": [unit.first, unit.last]}


def neutralise(question):
    source = Source.of(question["path"])
    return {"text": neutralised(source, unit_at(source, *question["lines"]))}


def locate(question):
    new = Source.of(question["path"])
    unit = located(Source(question["path"], question["old"].encode("utf-8")), *question["lines"], new)
    return {"lines": [unit.first, unit.last], "text": neutralised(new, unit)}


def mark(question):
    source = Source.of(question["path"])
    text, lines = marked(source, question["file"], question["ranges"], question["place"], question["tests"])
    return {"text": text, "marked": lines}


def strip(question):
    return {"text": code_only(Source.of(question["path"]))}


def function(question):
    found = reached(Source.of(question["path"]), *question["lines"])
    return {"name": found[1], "lines": [start_of(found[0]), found[0].end_lineno]} if found else {}


def imports(question):
    source = Source.of(question["path"])
    return {"imports": foreign(source), "connects": connects(source)}


def uses(question):
    source = Source.of(question["path"])
    return {"text": used(source), "reflects": reflects(source)}


def main(request, response):
    with open(request, encoding="utf-8") as file:
        questions = json.load(file)
    suite = Suite()
    kinds = {"resolve": resolve, "neutralise": neutralise, "locate": locate, "mark": mark, "strip": strip, "function": function, "uses": uses, "imports": imports, "test": lambda q: suite.check(q["test"])}
    answers = []
    for question in questions:
        try:
            answers.append(kinds[question["kind"]](question))
        except Problem as problem:
            answers.append({"problem": str(problem)})
        except RecursionError:
            answers.append({"problem": "the file is nested too deeply"})
    with open(response, "w", encoding="utf-8") as file:
        json.dump(answers, file)


if __name__ == "__main__":
    main(*sys.argv[1:3])
