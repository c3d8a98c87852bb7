#!/usr/bin/env python3
"""Runs G1 on requirement texts and checks what comes out from the outside.

usage: scripts/acceptance.py [--g1 target/release/g1] [--break N] [--keep DIR] TEXT…

For each text, offline and without asking (`-y`): exit code and time of the run, clauses by status, `g1 verify`, the suite
run bare, the web contract for a client that knows only the OpenAPI description; with --break N also: the linked lines of N
proven clauses are taken away, one after the other, and `g1 verify` must exit 4 and name each. Exit 1 if anything is amiss.
"""
import argparse
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--g1", default=os.path.join(ROOT, "target/release/g1"))
    parser.add_argument("--break", dest="broken", type=int, default=0)
    parser.add_argument("--keep", help="leave the projects here")
    parser.add_argument("texts", nargs="+")
    return parser.parse_args()


def run(command, **more):
    started = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, **more)
    done.seconds = time.monotonic() - started
    return done


def contract(project, home):
    """Boots the application by its manifest and lets a stranger use it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {"PATH": os.environ["PATH"], "HOME": home, "APP_DATA_DIR": os.path.join(home, "data"), "PYTHONDONTWRITEBYTECODE": "1"}
    app = subprocess.Popen(["python3", "-m", "app", "--port", str(port)], cwd=project, env=env,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2)
                break
            except OSError:
                time.sleep(0.05)
        return run([sys.executable, os.path.join(ROOT, "tests/e2e/contract.py"), f"http://127.0.0.1:{port}"])
    finally:
        app.terminate()
        app.wait()


def take_away(g1, project, trace, count, rng):
    """Clauses whose lines went missing without `verify` naming them."""
    candidates = [c for c in trace["clauses"] if c["status"] == "proven" and c["files"]]
    unnoticed = []
    for clause in rng.sample(candidates, min(count, len(candidates))):
        linked = rng.choice(clause["files"])
        path = os.path.join(project, linked["path"])
        with open(path, encoding="utf-8", newline="") as file:
            whole = file.read()
        first, last = linked["lines"]
        lines = whole.split("\n")
        head = lines[first - 1].lstrip()
        indent = lines[first - 1][: len(lines[first - 1]) - len(head)]
        if head.startswith(("def ", "async def ", "@")):
            start = next(i for i in range(first - 1, last) if lines[i].lstrip().startswith(("def ", "async def ")))
            end = next(i for i in range(start, last) if lines[i].rstrip().endswith(":"))
            kept = lines[: end + 1] + [indent + "    return None"] + lines[last:]
        else:
            kept = lines[: first - 1] + lines[last:]
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write("\n".join(kept))
        verify = run([g1, "-C", project, "verify"])
        if verify.returncode != 4 or clause["id"] not in verify.stdout:
            unnoticed.append(f"{clause['id']} {linked['path']}:{first}-{last} (verify {verify.returncode})")
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(whole)
    return unnoticed


def main():
    args = arguments()
    rng = random.Random(7)
    amiss = False
    for text in args.texts:
        if args.keep:
            os.makedirs(args.keep, exist_ok=True)
        work = tempfile.mkdtemp(prefix="g1-acceptance-", dir=args.keep)
        project, home = os.path.join(work, "project"), os.path.join(work, "home")
        os.makedirs(home)
        os.environ["G1_HOME"] = os.path.join(home, "g1")
        done = run([args.g1, "run", "-f", text, "-C", project, "-y", "--json"])
        name = os.path.basename(text)
        last = json.loads(done.stdout.splitlines()[-1]) if done.stdout.strip() else {}
        print(f"{name}: exit {done.returncode} in {done.seconds:.1f} s, {last.get('type')} {json.dumps(last.get('clauses'))}")
        if done.returncode not in (0, 7):
            print(done.stderr[-2000:])
            amiss = True
            continue
        trace = json.loads(run([args.g1, "-C", project, "trace", "--format", "json"]).stdout)
        counts = trace["counts"]
        if 2 * counts["proven"] < counts["demanding"] or counts["waived"] or counts["unsourced"]:
            print("  less than half proven, or something waived or unsourced")
            amiss = True
        suite = run(["python3", "-m", "unittest"], cwd=project, env={**os.environ, "HOME": home, "PYTHONDONTWRITEBYTECODE": "1"})
        print(f"  suite {'passes' if suite.returncode == 0 else 'FAILS'}: {suite.stderr.strip().splitlines()[-3:]}")
        stranger = contract(project, home)
        print("  contract: " + stranger.stdout.strip().replace("\n", "\n    ") + stranger.stderr[-500:])
        verify = run([args.g1, "-C", project, "verify"])
        print(f"  verify exit {verify.returncode} in {verify.seconds:.1f} s")
        unnoticed = take_away(args.g1, project, trace, args.broken, rng)
        if args.broken:
            print(f"  taken away unnoticed: {unnoticed or 'none'}")
        amiss |= bool(suite.returncode or stranger.returncode or verify.returncode or unnoticed)
        if not args.keep:
            shutil.rmtree(work)
    sys.exit(1 if amiss else 0)


main()
