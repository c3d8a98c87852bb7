"""A part of G1's syntax tool, joined to tool.py: marks before the statements of Python files."""
import ast


def marked(source, file, ranges, place, tests):
    """The file with a mark before each statement of the ranges, and the lines that have one.

    One mark a line: of several statements that begin on a line the first stands for it. The condition of an `elif` has no
    place for a mark; what it leads to has one."""
    edits, lines = [], set()

    def visit(node, inside):
        for block in blocks(node):
            for statement in block:
                mark(statement, inside, block is getattr(node, "orelse", None))
                visit(statement, inside or isinstance(statement, FUNCTIONS))

    def mark(statement, inside, otherwise):
        line = statement.lineno
        wanted = line not in lines and any(first <= line <= last for first, last in ranges)
        declares = isinstance(statement, (ast.Global, ast.Nonlocal) + DEFINITIONS) or isinstance(statement, ast.AnnAssign) and statement.value is None
        idle = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        future = isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
        start = source.span(statement)[0]
        chained = otherwise and isinstance(statement, ast.If) and source.data.startswith(b"elif", start)
        if not wanted or declares or idle or future or chained:
            return
        lines.add(line)
        call = b"_g1_mark(%d, %d%s)" % (file, line, b"" if inside else b", True")
        if any(True for _ in blocks(statement)):
            before = source.lines[line - 1][:statement.col_offset]
            edits.append((start, call + b"\n" + before))
        else:
            edits.append((start, call + b"; "))

    visit(source.tree, False)
    head = f"_g1_mark = {{'NOW': {place['now']!r}, 'REACHED': {place['reached']!r}, 'TESTS': {bool(tests)!r}}}\n"
    head += f"exec(compile(open({place['aid']!r}, encoding='utf-8').read(), 'g1', 'exec'), _g1_mark)\n"
    head += "_g1_mark = _g1_mark['mark']\n"
    data = source.data
    at = beginning(source)
    edits.append((at, (head if data[:at].endswith(b"\n") or at < 4 else "\n" + head).encode()))
    for start, text in sorted(edits, key=lambda edit: edit[0], reverse=True):
        data = data[:start] + text + data[start:]
    return data.decode("utf-8"), sorted(lines)


def beginning(source):
    """Where statements may be put in: after the docstring and what comes from the future."""
    last = 0
    for position, statement in enumerate(source.tree.body):
        doc = position == 0 and isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        future = isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
        if not doc and not future:
            break
        last = statement.end_lineno
    if last == 0:
        return 3 if source.data.startswith(b"\xef\xbb\xbf") else 0
    return source.starts[last]
