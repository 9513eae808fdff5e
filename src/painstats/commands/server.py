"""``painstats server``: Prefect's server on this machine only, with its telemetry off."""

from __future__ import annotations

from painstats.commands.printing import print_json
from painstats.commands.services import ADDRESS, become_flow, check_extra, check_port


def server(port: int, as_json: bool) -> int:
    """Run the server until stopped.

    Raises
    ------
    StudyError
        Prefect is not installed, or the port is taken.
    """
    check_extra("nightly", "server")
    check_port(port)
    url = f"http://{ADDRESS}:{port}"
    if as_json:
        print_json({"url": url})
    else:
        print(f"Open:  {url}")
        print("Schedule a study in another terminal with: painstats serve STUDY. Stop the server with Ctrl-C.")
    become_flow("server", "--port", str(port))
