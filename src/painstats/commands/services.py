"""What ``server``, ``serve`` and ``dashboard`` share: a port, an extra, and files from outside the package.

The flows and the dashboard are in folders of their own at the top of the repository. A wheel carries the same folders
in ``painstats/_shipped``.
"""

from __future__ import annotations

import os
import socket
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

from painstats.errors import StudyError
from painstats.interruption import become

ADDRESS = "127.0.0.1"
PACKAGE = Path(__file__).parents[1]
PLACES = (PACKAGE / "_shipped", PACKAGE.parents[1])
"""Where the folders may be: in an installed wheel, and in the repository."""

NEEDED = {"nightly": ("prefect", "Prefect"), "dashboard": ("streamlit", "Streamlit")}
"""Module and name of the library that each extra installs."""


def check_extra(extra: str, command: str) -> None:
    """Check that the library of an extra is installed.

    Raises
    ------
    StudyError
        It is not; the message has the command that installs it.
    """
    module, library = NEEDED[extra]
    if find_spec(module) is None:
        raise StudyError(
            f"the command {command} needs {library}, which is not installed; "
            f"install the extra {extra!r} with: pip install 'painstats[{extra}]'"
        )


def check_port(port: int) -> None:
    """Check that a port of this machine is free.

    Raises
    ------
    StudyError
        It is not.
    """
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((ADDRESS, port))
        except OSError as error:
            raise StudyError(f"port {port} cannot be used ({error.strerror}); choose another with --port") from None


def shipped(folder: str) -> Path:
    """Return the path of ``flows`` or ``dashboards``.

    Raises
    ------
    StudyError
        The installation is incomplete.
    """
    for place in PLACES:
        if (place / folder).is_dir():
            return place / folder
    raise StudyError(f"{PLACES[0] / folder} is missing; install painstats again")


def become_flow(module: str, *words: str) -> NoReturn:
    """Go on as ``python -m flows.<module>``, in this process.

    Prefect starts the runs as processes of its own, which find ``flows`` by the same two variables, and not by whatever
    is called ``flows`` in the folder that the command was started in.
    """
    paths = (str(shipped("flows").parent), os.environ.get("PYTHONPATH"))
    os.environ |= {"PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONSAFEPATH": "1"}
    become([sys.executable, "-m", f"flows.{module}", *words])
