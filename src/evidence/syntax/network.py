"""A part of G1's syntax tool, joined to tool.py: where a file connects to other machines."""
import ast

# Clients of the standard library and the usual ones from outside. A server is none: what listens calls nobody.
CLIENTS = {
    "socket", "ssl", "urllib.request", "http.client", "ftplib", "smtplib", "poplib", "imaplib", "nntplib", "telnetlib",
    "xmlrpc.client", "requests", "httpx", "aiohttp", "urllib3", "aiosmtplib", "websocket", "websockets", "paramiko", "pycurl",
}
# What else connects, by the name it is called by.
CALLS = {"open_connection", "create_connection", "create_datagram_endpoint", "urlopen", "urlretrieve"}
COMMANDS = ("curl", "wget", "sendmail", "mailx")


def client(name):
    parts = name.split(".")
    return next((head for n in range(len(parts), 0, -1) if (head := ".".join(parts[:n])) in CLIENTS), None)


def connects(source):
    found = set()
    for node in ast.walk(source.tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""] + [f"{node.module}.{alias.name}" for alias in node.names]
            names += ["socket" for alias in node.names if alias.name in CALLS]
        elif isinstance(node, ast.Call):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            first = node.args[0] if node.args else None
            text = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
            if called in ("__import__", "import_module"):
                names = [text]
            elif called in CALLS:
                found.add((node.lineno, called))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            command = node.value.split(" ")[0].rsplit("/", 1)[-1]
            if command in COMMANDS:
                found.add((node.lineno, command))
        found.update((node.lineno, head) for name in names if (head := client(name)))
    return [list(one) for one in sorted(found)]
