#!/usr/bin/env python3
"""An addition, an amendment and a removal on each of three finished projects.

After each change: which steps the model was asked for again (counted in the stream) beside those that the list named
first, and how the clauses end. After all three: a fresh run of the requirement as it is by then must end with the same
verdict for every clause in force, and `verify` with 0. Offline, in a temporary home.

    scripts/change-series.py [path of g1]        default: target/release/g1
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECTS = {
    "garden": dict(
        text=[
            "A website for our garden club. ",
            "Members record harvests with a date, a crop and a weight in kilograms. ",
            "The treasurer records payments with an amount in euros and a date. ",
            "The board publishes notices with a title and a text.",
        ],
        add="Members record tools with a name and a place.",
        amend=(1, "Members record harvests with a date, a crop, a weight in kilograms and a note."),
        remove=2,
    ),
    "library": dict(
        text=[
            "A site for our small library. ",
            "Librarians add books with a title, an author and a year. ",
            "The year must be between 1450 and 2100. ",
            "Librarians add events with a title, a date and a room. ",
            "The list of books can be searched.",
        ],
        add="Librarians add shelves with a name and a floor.",
        amend=(2, "The year must be between 1500 and 2050."),
        remove=3,
    ),
    "workshop": dict(
        text=[
            "A list for our bicycle workshop. ",
            "Mechanics record repairs with a date, a customer name and a price in euros. ",
            "The price must be between 0 and 5000. ",
            "Mechanics record parts with a name and a number in stock. ",
            "The list of repairs can be sorted by date.",
        ],
        add="Mechanics record suppliers with a name and a phone number.",
        amend=(2, "The price must be between 5 and 900."),
        remove=3,
    ),
}


class Bed:
    def __init__(self, g1, root):
        self.g1, self.dir = g1, root / "project"
        keep = {k: v for k, v in os.environ.items() if k in ("PATH", "TMPDIR")}
        self.env = keep | {"HOME": str(root), "G1_HOME": str(root / "g1"), "USER": "tester", "LANG": "C.UTF-8"}

    def run(self, *args, text=None):
        done = subprocess.run([self.g1, "-C", self.dir, *args], input=text, env=self.env, capture_output=True, text=True)
        if done.returncode not in (0, 7):
            sys.exit(f"g1 {' '.join(map(str, args))}: exit {done.returncode}\n{done.stderr[-2000:]}")
        return done

    def clauses(self):
        return [c for c in json.loads(self.run("trace", "--format", "json").stdout)["clauses"] if not c["retired"]]

    def calls(self):
        return json.loads(self.run("status", "--json").stdout)["usage"]["calls"]


def verdicts(bed):
    return {" ".join(c["text"].split()): c["status"] for c in bed.clauses()}


def named(bed, words):
    return next(c["id"] for c in bed.clauses() if " ".join(c["text"].split()) == words.strip())


def change(bed, name, *args):
    done = bed.run(*args, "-y", "--json")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    listed = lines[0]["dependents"]
    asked = [line["step"] for line in lines if line.get("type") == "usage"]
    # An addition's own module is only known when it is planned.
    more = sorted(set(asked) - set(listed["steps"]))
    print(f"  {name:<7} {len(asked):>2} calls, {len(listed['steps'])} listed, {len(listed['kept'])} kept"
          f"{'; further: ' + ', '.join(more) if more else ''}")
    return len(asked)


def main():
    g1 = Path(sys.argv[1] if len(sys.argv) > 1 else "target/release/g1").resolve()
    bad = 0
    for project, plan in PROJECTS.items():
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
            bed, fresh = Bed(g1, Path(one)), Bed(g1, Path(two))
            bed.run("run", "-", "-y", text="".join(plan["text"]))
            whole = bed.calls()
            print(f"{project}: {whole} calls for the whole")
            at, new = plan["amend"]
            change(bed, "add", "add", plan["add"])
            change(bed, "amend", "amend", named(bed, plan["text"][at]), new)
            change(bed, "remove", "remove", named(bed, plan["text"][plan["remove"]]))
            texts = [new + " " if n == at else t for n, t in enumerate(plan["text"]) if n != plan["remove"]]
            fresh.run("run", "-", "-y", text="".join(texts).rstrip() + " " + plan["add"])
            ours, theirs = verdicts(bed), verdicts(fresh)
            for words in sorted(set(ours) | set(theirs)):
                if ours.get(words) != theirs.get(words):
                    bad += 1
                    print(f"  DIFFERS: {words!r}: {ours.get(words)} after the changes, {theirs.get(words)} in a fresh run")
            same = sum(ours.get(w) == theirs.get(w) for w in theirs)
            print(f"  {same} of {len(theirs)} clauses as in a fresh run ({fresh.calls()} calls)")
            verified = subprocess.run([g1, "-C", bed.dir, "verify"], env=bed.env, capture_output=True).returncode
            print(f"  verify: exit {verified}")
            bad += verified != 0
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
