"""``painstats dashboard``: explore a study in the browser, on this machine only, at an address with a secret token."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

from painstats.commands.printing import print_json
from painstats.commands.services import ADDRESS, check_extra, check_port, shipped
from painstats.interruption import say_when_interrupted
from painstats.plan.study import read_study

PAGE = "study.py"
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
        Streamlit is not installed, the study cannot be read, or the port is taken.
    """
    check_extra("dashboard", "dashboard")
    study = read_study(folder)
    check_port(port)
    pages = shipped("dashboards")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    # In the environment, because other users of the machine can read the command line.
    os.environ |= {STUDY_VARIABLE: str(study.folder.resolve()), TOKEN_VARIABLE: token}
    os.chdir(pages)  # Streamlit reads settings from the folder that it is started in
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


def _serve(port: int) -> None:
    from streamlit.web.cli import main as streamlit

    options = [f"--{name}={value}" for name, value in {**OPTIONS, "server.port": port}.items()]
    streamlit(["run", *options, PAGE], standalone_mode=False)
