"""Notify by a webhook on this machine's network: one POST of JSON, no proxy, no redirect."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from urllib.parse import urlsplit

from painstats.errors import StudyError
from painstats.notify.digest import Digest
from painstats.notify.local_network import local_address

LONGEST_S = 20
PORTS = {"http": 80, "https": 443}
SUCCESS = range(200, 300)


def post_webhook(url: str, digest: Digest) -> None:
    """Post a message as JSON.

    Raises
    ------
    StudyError
        The address is no http or https address on this machine's network.
    OSError, http.client.HTTPException
        It cannot be reached, or did not answer with success.
    """
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise StudyError("webhook under [notify] is not an address; write it like http://192.168.1.5:8080/painstats")
    port = parts.port or PORTS[parts.scheme]
    connected = socket.create_connection((local_address(parts.hostname, port, "webhook"), port), LONGEST_S)
    if parts.scheme == "https":
        connected = ssl.create_default_context().wrap_socket(connected, server_hostname=parts.hostname)
    connection = http.client.HTTPConnection(parts.hostname, port, timeout=LONGEST_S)
    connection.sock = connected
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body_of(digest), {"Content-Type": "application/json"})
        status = connection.getresponse().status
    finally:
        connection.close()
    if status not in SUCCESS:
        raise ConnectionError(f"the webhook answered {status}")


def body_of(digest: Digest) -> bytes:
    """Return what is posted: ``text`` and ``title`` as chat programs expect them, and the numbers."""
    answer = {
        "title": digest.subject,
        "text": digest.text,
        "study": digest.mark,
        "state": digest.state,
        "counts": dict(digest.counts),
    }
    return json.dumps(answer).encode()
