#!/usr/bin/env python3
"""Kills G1 with SIGKILL at many moments of a run and of its resume, and checks that nothing is lost.

usage: scripts/kill-series.py [--g1 target/release/g1] [--count 20] [--seed 7] TEXT

An uninterrupted run (offline, `-y`) gives the workspace, the number of model calls and the exit code. Then, COUNT times in
fresh folders, the same run is killed and resumed. The moments: at the first file in the workspace, while a tester's suite
runs, late, and otherwise at random; every second resume is itself killed at random and resumed again. Each series must end
with the same exit code, a byte-identical workspace and the same number of calls, and `log --verify` must find nothing
damaged. Exit 1 if one does not.
"""
import argparse
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--g1", default=os.path.join(ROOT, "target/release/g1"))
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("text")
    return parser.parse_args()


def tree(project):
    """One hash over every file of the workspace: path, executable bit, content."""
    whole = hashlib.sha256()
    for folder, folders, files in os.walk(project):
        folders[:] = sorted(f for f in folders if f not in (".g1", ".git"))
        for name in sorted(files):
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                content = hashlib.sha256(file.read()).hexdigest()
            whole.update(f"{os.path.relpath(path, project)} {os.access(path, os.X_OK)} {content}\n".encode())
    return whole.hexdigest()


class Place:
    """One project of the series, with a home of its own."""

    def __init__(self, g1, text, work):
        self.g1, self.text = g1, os.path.abspath(text)
        self.home, self.project = os.path.join(work, "home"), os.path.join(work, "project")
        os.makedirs(self.home)
        self.env = {**os.environ, "G1_HOME": os.path.join(self.home, "g1")}

    def start(self, *command):
        return subprocess.Popen([self.g1, *command, "--json"], env=self.env, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self):
        return self.start("run", "-f", self.text, "-C", self.project, "-y")

    def resume(self):
        return self.start("-C", self.project, "resume")

    def ask(self, *command):
        return subprocess.run([self.g1, "-C", self.project, *command], env=self.env, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True)

    def calls(self):
        return json.loads(self.ask("status", "--json").stdout)["usage"]["calls"]


def kill_after(process, seconds):
    """Whether it was still alive after that time, and was killed."""
    try:
        process.communicate(timeout=seconds)
        return False
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.communicate()
        return True


def kill_when(process, reached):
    """Kills it at the first line of its stream, or moment between two lines, where `reached` says so."""
    last, done = [None], threading.Event()

    def read():
        for line in process.stdout:
            last[0] = json.loads(line)
            if reached(last[0]):
                break
        done.set()

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    while not done.wait(0.001):
        if reached(last[0]):
            break
    alive = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    reader.join()
    return alive


def first_file(project):
    def reached(_):
        return os.path.isdir(project) and any(not name.startswith((".g1", ".git")) for name in os.listdir(project))
    return reached


def suite_running(wait):
    """A while after a tester's reply has come: its suite and control runs take most of a run."""
    since = [None]

    def reached(event):
        if since[0] is None and event and event["type"] == "usage" and str(event.get("step", "")).startswith("test"):
            since[0] = time.monotonic()
        return since[0] is not None and time.monotonic() - since[0] > wait
    return reached


def main():
    args = arguments()
    rng = random.Random(args.seed)
    failures = 0
    with tempfile.TemporaryDirectory(prefix="g1-kill-") as base:
        whole = Place(args.g1, args.text, os.path.join(base, "whole"))
        started = time.monotonic()
        done = whole.run()
        _, talk = done.communicate()
        took = time.monotonic() - started
        if done.returncode not in (0, 7):
            sys.exit(f"the uninterrupted run ended with exit {done.returncode}: {talk[-1000:]}")
        wanted = (done.returncode, tree(whole.project), whole.calls())
        print(f"uninterrupted: exit {wanted[0]}, {wanted[2]} calls, tree {wanted[1][:12]}, {took:.1f} s", flush=True)
        for number in range(1, args.count + 1):
            place = Place(args.g1, args.text, os.path.join(base, str(number)))
            process = place.run()
            if number % 5 == 1:
                moment, killed = "at the first file", kill_when(process, first_file(place.project))
            elif number % 5 == 2:
                wait = rng.uniform(0, 3)
                moment, killed = f"{wait:.2f} s into a suite", kill_when(process, suite_running(wait))
            else:
                low = 0.85 if number % 5 == 3 else 0.0
                wait = rng.uniform(low, 0.99) * took
                moment, killed = f"after {wait:.2f} s", kill_after(process, wait)
            again = ""
            if number % 2 == 0 and os.path.isdir(os.path.join(place.project, ".g1")):
                wait = rng.uniform(0, took / 2)
                again = f", and its resume after {wait:.2f} s" if kill_after(place.resume(), wait) else ""
            if os.path.isdir(os.path.join(place.project, ".g1")):
                last = place.resume()
            else:
                last = place.run()
                again += " (before the project existed)"
            last.communicate()
            got = (last.returncode, tree(place.project), place.calls())
            sound = place.ask("log", "--verify").returncode == 0
            good = got == wanted and sound
            failures += not good
            print(f"{number:3} killed {moment}{again}: " + ("same" if good else f"NOT THE SAME: {got}, log --verify {sound}")
                  + ("" if killed else " (it had ended before)"), flush=True)
    print(f"{args.count - failures} of {args.count} the same")
    sys.exit(1 if failures else 0)


main()
