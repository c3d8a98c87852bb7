#!/usr/bin/env python3
"""Measures the workbench from outside, through a pseudo-terminal of 120x40, and prints a table with its budgets.

    scripts/perf.py [--g1 target/release/g1] [--runs 9] [--only start,idle,keys,stream,large] [--large TOOL]

Needs Linux and Python's standard library only. Each start is a new process with a home of its own. CPU is that of the
process and everything it started; wall times hold on a quiet machine only, so the load is printed as well, the least of
all runs beside the median, and vim, where it is installed, measured the same way in the same minutes. A project of 100 MB
is made by TOOL: `cargo build --release --example large`.
"""
import argparse, fcntl, http.server, json, os, pty, random, re, select, shutil, signal, socketserver, statistics, struct, subprocess
import sys, tempfile, termios, threading, time

ROWS, COLS = 40, 120
ESCAPES = re.compile(rb"\x1b\[[?<>=0-9;]*[ -/]*[@-~]|\x1b\][^\x07]*\x07|\x1b[=>]")
FRAME = b"\x1b[?2026h"
TEXT = "A guest book for our wedding. Guests leave a name and a message."


class Screen:
    """A program on a pseudo-terminal."""

    def __init__(self, argv, env, cwd):
        self.out, self.frames, self.start = b"", 0, time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLS, 0, 0))
            os.chdir(cwd)
            os.execve(argv[0], argv, env)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLS, 0, 0))

    def read(self, seconds):
        """What comes next; empty when nothing does."""
        if not select.select([self.fd], [], [], max(seconds, 0))[0]:
            return b""
        try:
            data = os.read(self.fd, 1 << 16)
        except OSError:
            return b""
        self.out += data
        self.frames += data.count(FRAME)
        return data

    def until(self, fits, limit=30.0):
        """Reads until `fits` the bytes read here; the moment, or None."""
        got, end = b"", time.perf_counter() + limit
        while (left := end - time.perf_counter()) > 0:
            data = self.read(left)
            if not data:
                return None
            now, got = time.perf_counter(), got + data
            if fits(got):
                return now
        return None

    def drain(self, quiet, limit=30.0):
        end = time.perf_counter() + limit
        while time.perf_counter() < end and self.read(quiet):
            pass

    def send(self, data):
        os.write(self.fd, data)

    def tasks(self):
        """Voluntary and other context switches of every thread of it and its children."""
        switches = {}
        for pid in [self.pid, *children(self.pid)]:
            try:
                for task in os.listdir(f"/proc/{pid}/task"):
                    text = open(f"/proc/{pid}/task/{task}/status").read()
                    switches[task] = sum(map(int, re.findall(r"voluntary_ctxt_switches:\s+(\d+)", text)))
            except OSError:
                pass
        return switches

    def cpu(self):
        """Seconds, finer than clock ticks where the kernel counts them."""
        total = 0.0
        for pid in [self.pid, *children(self.pid)]:
            try:
                for task in os.listdir(f"/proc/{pid}/task"):
                    total += int(open(f"/proc/{pid}/task/{task}/schedstat").read().split()[0]) / 1e9
            except OSError:
                pass
        return total

    def memory(self):
        text = open(f"/proc/{self.pid}/smaps_rollup").read()
        kib = lambda name: int(re.search(rf"^{name}:\s+(\d+)", text, re.M).group(1))
        return kib("Rss") / 1024, kib("Pss") / 1024

    def peak(self):
        return int(re.search(r"^VmHWM:\s+(\d+)", open(f"/proc/{self.pid}/status").read(), re.M).group(1)) / 1024

    def end(self):
        """Its resources, children that were waited for included."""
        try:
            os.kill(self.pid, signal.SIGTERM)
        except OSError:
            pass
        self.drain(2.0, 10)
        os.close(self.fd)
        return os.wait4(self.pid, 0)[2]


def children(pid):
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            if open(f"/proc/{name}/stat").read().rsplit(")", 1)[1].split()[1] == str(pid):
                found += [int(name), *children(int(name))]
        except OSError:
            pass
    return found


def letters(data):
    return ESCAPES.sub(b"", data)


def start(o, argv, insert=b""):
    """Milliseconds to a first frame with something on it and to a typed key on the screen, CPU seconds until then, and
    the most memory: each a list over the runs."""
    frames, keys, cpus, peaks = [], [], [], []
    for _ in range(o.runs):
        s = Screen(argv, o.env, o.dir)
        frame = s.until(lambda got: len(letters(got).split()) >= 10)
        s.send(insert + b"~")
        key = s.until(lambda got: b"~" in letters(got), 5)
        cpus.append(s.cpu())
        peaks.append(s.peak())
        s.end()
        frames.append((frame - s.start) * 1e3)
        # An editor may drop what is typed while it starts.
        keys += [(key - s.start) * 1e3] if key else []
    return frames, keys, cpus, peaks


def idle(o, argv):
    """Bytes and wake-ups of ten quiet seconds, and memory."""
    s = Screen(argv, o.env, o.dir)
    s.until(lambda got: b"\x1b[?2026l" in got)
    s.drain(4.0)
    before, sent = s.tasks(), len(s.out)
    s.drain(10.0, 10.0)
    after = s.tasks()
    wakes = sum(n - before.get(task, 0) for task, n in after.items())
    sent = len(s.out) - sent
    rss, pss = s.memory()
    s.end()
    return sent, wakes, rss, pss


def keys(o, argv, insert=b""):
    """Milliseconds from a key to its echo, CPU milliseconds and bytes a key."""
    s = Screen(argv, o.env, o.dir)
    s.until(lambda got: len(letters(got).split()) >= 10)
    s.drain(1.0)
    s.send(insert)
    s.drain(3.0)
    waits, cpu, sent = [], s.cpu(), len(s.out)
    for i in range(100):
        key = b"qzxkvjw"[i % 7:i % 7 + 1]
        at = time.perf_counter()
        s.send(key)
        seen = s.until(lambda got: key in letters(got), 5)
        if seen:
            waits.append((seen - at) * 1e3)
        s.drain(0.02)
        if i % 25 == 24:
            # A long line would scroll, and a scrolled line may show the same letters.
            s.send(b"\x15")
            s.drain(0.1)
    cpu, sent = s.cpu() - cpu, len(s.out) - sent
    s.end()
    waits.sort()
    return waits, cpu * 1e3 / 100, sent / 100


WORDS = ("the quick team reads each clause of the requirement and writes down what it understood about guests messages "
         "names and the wedding so that nothing is lost between one step and the next ").split()
# In an order that does not repeat: a reply that turns in a circle is stopped.
SHUFFLED = WORDS + random.Random(1).choices(WORDS, k=2000 - len(WORDS))


class Model(http.server.BaseHTTPRequestHandler):
    """Streams words as an OpenAI-compatible server does."""
    tokens, pause, done, broken = len(SHUFFLED), 0.01, threading.Event(), threading.Event()
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        at = time.perf_counter()
        try:
            for i in range(self.tokens):
                word = SHUFFLED[i] + ("\n\n" if i % 60 == 59 else " ")
                chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m",
                         "choices": [{"index": 0, "delta": {"content": word}, "finish_reason": None}]}
                self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
                self.wfile.flush()
                at += self.pause
                time.sleep(max(0.0, at - time.perf_counter()))
            self.done.set()
            time.sleep(3600)
        except OSError:
            self.broken.set()


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True


def stream(o):
    """Bytes and CPU milliseconds a token and frames a second while 2,000 tokens come at 100 a second."""
    server = Server(("127.0.0.1", 0), Model)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    env = {**o.env, "OPENAI_BASE_URL": f"http://127.0.0.1:{server.server_port}/v1", "OPENAI_API_KEY": "none",
           "NO_PROXY": "127.0.0.1"}
    s = Screen([o.g1, "-m", "compat/m", "stream"], env, o.dir)
    s.until(lambda got: b"\x1b[?2026l" in got)
    s.drain(1.0)
    s.send(TEXT.encode())
    s.drain(0.5)
    s.send(b"\r")
    s.until(lambda got: b"quick team" in letters(got), 60)
    at, cpu, sent, frames = time.perf_counter(), s.cpu(), len(s.out), s.frames
    while not Model.done.is_set():
        if Model.broken.is_set():
            raise SystemExit("g1 ended the stream before its last token")
        s.read(0.05)
    s.drain(0.2, 1)
    seconds = time.perf_counter() - at
    cpu, sent, frames = s.cpu() - cpu, len(s.out) - sent, s.frames - frames
    rss, _ = s.memory()
    s.end()
    return sent / Model.tokens, cpu * 1e3 / Model.tokens, frames / seconds, rss


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--g1", default="target/release/g1")
    p.add_argument("--runs", type=int, default=9)
    p.add_argument("--only", default="start,idle,keys,stream,large")
    p.add_argument("--large", default="target/release/examples/large")
    o = p.parse_args()
    o.g1, only = os.path.abspath(o.g1), o.only.split(",")
    with tempfile.TemporaryDirectory() as home:
        o.dir = home
        o.env = {"PATH": os.environ["PATH"], "HOME": home, "G1_HOME": f"{home}/g1", "LANG": "C.UTF-8",
                 "TERM": "xterm-256color", "USER": "perf"}
        rows = []

        def row(what, values, unit, budget=""):
            values = values if isinstance(values, list) else [values]
            least = f"{min(values):.3g}" if len(values) > 1 else ""
            rows.append((what, f"{statistics.median(values):.4g} {unit}", least, budget))

        def starts(name, argv, budgets, insert=b""):
            frames, keys_, cpus, peaks = start(o, argv, insert)
            row(f"{name}: exec to first frame", frames, "ms", budgets[0])
            if keys_:
                row(f"{name}: exec to a typed key on the screen", keys_, "ms", budgets[0])
            row(f"{name}: CPU until then", cpus, "s", budgets[1])
            row(f"{name}: most memory until then", peaks, "MiB", budgets[2])

        def echoes(name, argv, budgets, insert=b""):
            waits, cpu, sent = keys(o, argv, insert)
            row(f"{name}: key to echo", waits, "ms")
            row(f"{name}: key to echo, 95th percentile", waits[int(len(waits) * 0.95)], "ms", budgets[0])
            row(f"{name}: CPU a key", cpu, "ms", budgets[1])
            row(f"{name}: bytes a key", sent, "", budgets[2])

        def project(name):
            subprocess.run([o.g1, "run", "-C", name, "--gates", "none", "--allow-partial", TEXT], cwd=home, env=o.env,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)

        project("book")
        places = [("welcome", [o.g1, "empty"]), ("project", [o.g1, "book"])]
        for name, argv in places:
            if "start" in only:
                starts(name, argv, ("40", "0.05", ""))
            if "idle" in only:
                sent, wakes, rss, pss = idle(o, argv)
                row(f"{name}: bytes in 10 idle seconds", sent, "", "0")
                row(f"{name}: wake-ups in 10 idle seconds", wakes, "", "0")
                row(f"{name}: memory, resident", rss, "MiB", "30")
                row(f"{name}: memory, proportional", pss, "MiB", "30")
            if "keys" in only:
                echoes(name, argv, ("1", "0.5", "40"))
        if vim := shutil.which("vim"):
            with open(f"{home}/text", "w") as file:
                file.write("words to look at, more than ten of them, so that a frame counts\n" * 60)
            # Without a swap file: the next one would ask about that of the one that was killed.
            argv = [os.path.realpath(vim), "-u", "NONE", "-i", "NONE", "-n", "text"]
            if "start" in only:
                starts("vim", argv, ("", "", ""), b"O")
            if "keys" in only:
                echoes("vim", argv, ("", "", ""), b"O")
        if "stream" in only:
            sent, cpu, fps, rss = stream(o)
            row("stream: bytes a token", sent, "", "15")
            row("stream: CPU a token", cpu, "ms", "0.25")
            row("stream: frames a second", fps, "", "at least 10")
            row("stream: memory, resident", rss, "MiB", "")
        if "large" in only and os.path.exists(o.large):
            project("large")
            made = subprocess.run([os.path.abspath(o.large), "large", "100"], cwd=home, env=o.env, check=True,
                                  capture_output=True, text=True)
            print(made.stdout)
            starts("100 MB", [o.g1, "large"], ("300", "", "150"))
            sent, wakes, rss, _ = idle(o, [o.g1, "large"])
            row("100 MB: memory, resident", rss, "MiB", "150")
            row("100 MB: wake-ups in 10 idle seconds", wakes, "", "0")
            echoes("100 MB", [o.g1, "large"], ("1", "0.5", "40"))
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors, {COLS}x{ROWS}\n")
    print("| what | median | least | budget |\n|---|---|---|---|")
    for line in rows:
        print("| " + " | ".join(line) + " |")


if __name__ == "__main__":
    sys.exit(main())
