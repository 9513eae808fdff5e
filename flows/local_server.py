"""Prefect's API for the length of one run: on this machine alone, and gone as soon as the process that started it is.

Prefect can start such a server by itself, but that one keeps running forever if its flow is killed.
"""

from __future__ import annotations

import atexit
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

PATIENCE_S = 240
END_S = 10


def start_local_server() -> None:
    """Start the API, unless ``PREFECT_API_URL`` names one, and tell Prefect where it is. It ends with this process.

    Raises
    ------
    RuntimeError
        The server did not start.
    """
    from flows import make_home  # here, because the server's process runs this file as a script

    if os.environ.get("PREFECT_API_URL"):
        return
    make_home()
    with socket.create_server(("127.0.0.1", 0)) as door:
        url = f"http://127.0.0.1:{door.getsockname()[1]}/api"
        process = subprocess.Popen(
            [sys.executable, "-P", __file__, str(door.fileno())],
            stdin=subprocess.PIPE,  # closed by the end of this process, however it comes
            pass_fds=[door.fileno()],
            start_new_session=True,  # Ctrl-C is for the process that started it
        )
    # After the threads that report to the server have been waited for.
    atexit.register(_stop, process)
    _wait_for(f"{url}/health", process)
    os.environ["PREFECT_API_URL"] = url


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE_S
    ask = urllib.request.build_opener(urllib.request.ProxyHandler({})).open
    while process.poll() is None and time.monotonic() < until:
        try:
            with ask(address, timeout=END_S):
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.1)
    ended = process.poll()
    how = f"did not start within {PATIENCE_S} seconds" if ended is None else f"ended at its start with code {ended}"
    raise RuntimeError(f"Prefect's own server {how}; run again, or use painstats run")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


# --- in the server's process ---


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


def _serve(descriptor: int) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    import uvicorn
    from prefect.server.api.server import create_app

    app = create_app(ephemeral=True, final=True)
    uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="on")).run([socket.socket(fileno=descriptor)])


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
