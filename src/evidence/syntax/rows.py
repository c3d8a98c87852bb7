"""A part of G1's syntax tool, joined to tool.py: rows of literals, and which one a symbol means."""
import ast
import re


def elements(container):
    """The rows of a literal: lists of nodes that belong together, in order."""
    if isinstance(container, ast.Dict):
        return [[key, value] if key else [value] for key, value in zip(container.keys, container.values)]
    if isinstance(container, ast.Call):
        return sorted([[n] for n in container.args + container.keywords], key=lambda e: (e[0].lineno, e[0].col_offset))
    return [[element] for element in container.elts]


def rows_at(statement, first, last, scope):
    """Whole rows of the smallest literal in the statement that the lines are exactly."""
    best = None
    for container in ast.walk(statement):
        if not isinstance(container, CONTAINERS) or not (container.lineno <= first and container.end_lineno >= last):
            continue
        if container.lineno >= first and container.end_lineno <= last:
            # The lines are this whole literal, so they are a row of what is around it.
            continue
        touched = [e for e in elements(container) if e[0].lineno <= last and e[-1].end_lineno >= first]
        if not touched or any(e[0].lineno < first or e[-1].end_lineno > last for e in touched):
            continue
        size = container.end_lineno - container.lineno
        if best is None or size < best[0]:
            best = (size, container, touched)
    if best is None:
        return None
    return Unit("rows", [node for element in best[2] for node in element], scope, (statement, best[1], best[2]))


def constant(node):
    return str(node.value) if isinstance(node, ast.Constant) else None


def key_of(element):
    """What names a row: its key, or its first constant."""
    head = element[0]
    if isinstance(head, (ast.Tuple, ast.List)) and head.elts:
        head = head.elts[0]
    elif isinstance(head, ast.Call) and head.args:
        head = head.args[0]
    elif isinstance(head, ast.keyword):
        return head.arg
    elif isinstance(head, ast.Dict) and head.values and len(element) == 1:
        head = head.values[0]
    return constant(head)


def words_of(element):
    """What a row says, in order: its constants and the names in it; of a mapping with one entry its key as well."""
    said = []
    for node in element:
        if isinstance(node, ast.Constant):
            said.append(str(node.value))
        elif isinstance(node, (ast.Name, ast.Attribute)):
            said.append(ast.unparse(node))
        elif isinstance(node, (ast.Tuple, ast.List, ast.Set)):
            said += words_of(node.elts)
        elif isinstance(node, ast.Dict):
            said += words_of(([k for k in node.keys if k] if len(node.keys) == 1 else []) + node.values)
        elif isinstance(node, ast.Call):
            said += words_of(node.args + [word.value for word in node.keywords])
        elif isinstance(node, ast.keyword):
            said += ([node.arg] if node.arg else []) + words_of([node.value])
        elif isinstance(node, ast.Starred):
            said += words_of([node.value])
    return said


def spaced(text):
    """Without quotes and commas, one blank between words: however somebody writes what a row says."""
    return " ".join(re.sub("['\"`,]", " ", text).split())


def wraps(container):
    """Whether it is a call whose only argument holds the rows, as in `frozenset([...])`."""
    return isinstance(container, ast.Call) and len(container.args) == 1 and not container.keywords and isinstance(
        container.args[0], (ast.List, ast.Tuple, ast.Set, ast.Dict))


def row_of_symbol(source, node, name, key):
    """The literal and its row that `key` means: by its key or first constant; where several share that, by more of what
    they say (`title required`); where they say the same, by its place (`#2`). The outermost that fits counts."""
    wanted, place = spaced(key), re.fullmatch(r"#([0-9]+)", key)
    for container in (c for c in ast.walk(node) if isinstance(c, CONTAINERS) and not wraps(c)):
        rows = elements(container)
        if place and rows:
            if not 1 <= int(place.group(1)) <= len(rows):
                raise Problem(f"{source.path}: {name} has no row {place.group(1)}; they count from 1")
            return container, rows[int(place.group(1)) - 1]
        words = [words_of(row) for row in rows]
        is_table = not isinstance(container, ast.Call)
        rules = [
            lambda at: spaced(key_of(rows[at]) or "") == wanted,
            lambda at: is_table and spaced(" ".join(words[at])) == wanted,
            lambda at: is_table and any(spaced(" ".join(words[at][:many])) == wanted for many in range(1, len(words[at]) + 1)),
            # the first words of a long text, such as a statement of SQL
            lambda at: is_table and wanted and spaced(" ".join(words[at])).startswith(wanted + " "),
        ]
        several = []
        for rule in rules:
            fits = [at for at in range(len(rows)) if rule(at)]
            if len(fits) == 1:
                return container, rows[fits[0]]
            several = fits or several
        if several:
            names = ", ".join(f"{name}[{told_apart(words, several, at)}]" for at in several[:6])
            raise Problem(f"{source.path}: {name} has no single row {wanted!r}: {names}")
    raise Problem(f"{source.path}: {name} has no single row {wanted!r}")


def told_apart(words, among, at):
    """What means this row alone."""
    for many in range(1, len(words[at]) + 1):
        if sum(words[other][:many] == words[at][:many] for other in among) == 1:
            return spaced(" ".join(words[at][:many]))
    return f"#{at + 1}"
