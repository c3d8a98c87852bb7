"""A part of G1's syntax tool, joined to tool.py: finding again, in a changed Python file, what a range was."""
import ast


def dump(nodes):
    return [ast.dump(node) for node in nodes]


def located(old, first, last, new):
    """The unit of the old file's lines in the new file, by name or by what it says."""
    unit = unit_at(old, first, last)
    if unit.kind in ("function", "class"):
        before, after = (list(by_path(s.tree, unit.scope, unit.nodes[0].name)) for s in (old, new))
        if not after:
            raise Problem(f"{new.path} has no {unit.name} any more")
        return Unit(unit.kind, [after[min(before.index(unit.nodes[0]), len(after) - 1)]], unit.scope)
    home = list(by_path(new.tree, unit.scope[:-1], unit.scope[-1])) if unit.scope else [new.tree]
    if not home:
        raise Problem(f"{new.path} has no {'.'.join(unit.scope)} any more")
    found = rows_again(unit, home[-1]) if unit.kind == "rows" else statements_again(unit, home[-1])
    if found is None:
        raise Problem(f"{new.path} does not have what lines {first}-{last} said any more")
    return found


def by_path(tree, scope, name):
    nodes = [tree]
    for part in scope:
        nodes = [found for node in nodes for found in defined(node, part)]
    return (found for node in nodes for found in defined(node, name))


def rows_again(unit, home):
    statement, container, rows = unit.container
    wanted, keys = [dump(row) for row in rows], [key_of(row) for row in rows]
    same_table = [s for s in ast.walk(home) if isinstance(s, ast.stmt) and targets(statement) and targets(s) == targets(statement)]
    for place in same_table + [home]:
        containers = [c for c in ast.walk(place) if type(c) is type(container)]
        for match in (lambda e: dump(e) in wanted, lambda e: key_of(e) is not None and key_of(e) in keys):
            for candidate in containers:
                chosen = [e for e in elements(candidate) if match(e)]
                if len(chosen) == len(rows):
                    return Unit("rows", [n for e in chosen for n in e], unit.scope, (place, candidate, chosen))
    return None


def statements_again(unit, home):
    wanted, size = dump(unit.nodes), len(unit.nodes)
    runs = [b[i:i + size] for node in ast.walk(home) for b in blocks(node) for i in range(len(b) - size + 1)]
    for run in runs:
        if dump(run) == wanted:
            return Unit("statement", run, unit.scope)
    if size == 1:
        node = unit.nodes[0]
        for run in runs:
            if targets(node) and targets(run[0]) == targets(node):
                return Unit("statement", run, unit.scope)
            if registration(node) and registration(run[0]) == registration(node):
                return Unit("statement", run, unit.scope)
    return None


def registration(statement):
    """`route("GET", "/x", …)`: the function and its leading constants name it."""
    call = getattr(statement, "value", None)
    if not isinstance(statement, ast.Expr) or not isinstance(call, ast.Call):
        return None
    leading = []
    for argument in call.args:
        if not isinstance(argument, ast.Constant):
            break
        leading.append(argument.value)
    return (ast.unparse(call.func), leading) if leading else None
