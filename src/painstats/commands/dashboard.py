"""``painstats dashboard``: explore a study in the browser, on this machine only, at an address with a secret token."""

from __future__ import annotations

import os
import secrets
import socket
import sys
from pathlib import Path

from painstats.commands.printing import print_json
from painstats.errors import StudyError
from painstats.interruption import say_when_interrupted
from painstats.plan.study import read_study

PAGE = Path(__file__).parents[3] / "dashboards" / "study.py"
ADDRESS = "127.0.0.1"
STUDY_VARIABLE = "PAINSTATS_STUDY"
TOKEN_VARIABLE = "PAINSTATS_DASHBOARD_TOKEN"
TOKEN_BYTES = 32

OPTIONS = {
    "server.address": ADDRESS,
    "server.headless": "true",
    "server.showEmailPrompt": "false",
    "server.enableCORS": "true",
    "server.enableXsrfProtection": "true",
    "server.enableStaticServing": "false",
    "server.fileWatcherType": "none",
    "browser.serverAddress": ADDRESS,
    "browser.gatherUsageStats": "false",
    "client.showErrorDetails": "none",
    "logger.hideWelcomeMessage": "true",
    "logger.level": "warning",
}
"""Passed on the command line, which takes precedence over files and variables."""


def dashboard(folder: Path, port: int, as_json: bool) -> int:
    """Serve a study's dashboard until stopped.

    Raises
    ------
    StudyError
        The study cannot be read, the port is taken, or the dashboard is not installed.
    """
    study = read_study(folder)
    _check_installed()
    _check_port(port)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    # In the environment, because other users of the machine can read the command line.
    os.environ |= {STUDY_VARIABLE: str(study.folder.resolve()), TOKEN_VARIABLE: token}
    os.chdir(PAGE.parent)  # Streamlit reads settings from the folder that it is started in
    say_when_interrupted("painstats: the dashboard has stopped")
    url = f"http://{ADDRESS}:{port}/?token={token}"
    if as_json:
        print_json({"url": url})
    else:
        print(f"Open:  {url}")
        print("Keep this address secret: anyone who has it can read the study. Stop the dashboard with Ctrl-C.")
    sys.stdout.flush()
    _serve(port)
    return 0


def _check_installed() -> None:
    from importlib.util import find_spec

    if find_spec("streamlit") is None:
        raise StudyError("the dashboard needs Streamlit; install it with: pip install 'painstats[dashboard]'")
    if not PAGE.is_file():
        raise StudyError(f"{PAGE} is missing; the dashboard is in the project's folder; run make setup there")


def _check_port(port: int) -> None:
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((ADDRESS, port))
        except OSError as error:
            raise StudyError(f"port {port} cannot be used ({error.strerror}); choose another with --port") from None


def _serve(port: int) -> None:
    from streamlit.web.cli import main as streamlit

    options = [f"--{name}={value}" for name, value in {**OPTIONS, "server.port": port}.items()]
    streamlit(["run", *options, str(PAGE)], standalone_mode=False)
