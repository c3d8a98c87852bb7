"""Start the application: python3 -m app --port 8000"""

import argparse
import os
import signal
import sys
import threading

from app.server import make_server


def main():
    parser = argparse.ArgumentParser(prog="python3 -m app", description=__doc__)
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))
    port = parser.parse_args().port
    try:
        server = make_server(port)
    except OSError as error:
        print("Cannot start on 127.0.0.1:%d: %s" % (port, error), file=sys.stderr)
        return 1

    def stop(_signal, _frame):
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print("http://127.0.0.1:%d/" % server.server_address[1], flush=True)
    server.serve_forever(poll_interval=0.1)
    server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
