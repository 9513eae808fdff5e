"""Notifications through real channels: a command, an HTTP server and an SMTP server on this machine."""

from __future__ import annotations

import json
import socketserver
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from painstats.errors import StudyError
from painstats.notify.by_email import send_email
from painstats.notify.by_webhook import post_webhook
from painstats.notify.digest import Digest
from painstats.notify.local_network import is_local
from painstats.notify.send import notify
from painstats.plan.nightly import EmailPlan, NotifyPlan
from painstats.study_status.status import NightState

PROBLEMS = Digest(
    "1a2b3c4d", NightState.PROBLEMS, "painstats 1a2b3c4d: finished with problems", ("Two files.",), {"a": 2}
)
FINE = Digest("1a2b3c4d", NightState.FINISHED, "painstats 1a2b3c4d: finished", ("Nothing.",), {})


@contextmanager
def serving(server):
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


class Hook(BaseHTTPRequestHandler):
    got: list[dict] = []  # noqa: RUF012 - one server for each test clears it
    status = 204

    def do_POST(self):
        self.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.status)
        self.send_header("Location", "http://127.0.0.1:9/elsewhere")
        self.end_headers()

    def log_message(self, *_):
        pass


class Mail(socketserver.StreamRequestHandler):
    """As much of SMTP as a client needs."""

    got: list[str] = []  # noqa: RUF012

    def handle(self):
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                text = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    text += part
                self.got.append(text.decode())
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return


@pytest.fixture
def hook():
    Hook.got, Hook.status = [], 204
    with serving(HTTPServer(("127.0.0.1", 0), Hook)) as port:
        yield f"http://127.0.0.1:{port}/painstats?key=1"


def test_a_webhook_gets_the_text_and_the_numbers(hook):
    post_webhook(hook, PROBLEMS)
    assert Hook.got == [
        {
            "title": PROBLEMS.subject,
            "text": "Two files.\n",
            "study": "1a2b3c4d",
            "state": "problems",
            "counts": {"a": 2},
        }
    ]


def test_a_webhook_is_never_redirected(hook):
    Hook.status = 302
    with pytest.raises(ConnectionError, match="answered 302"):
        post_webhook(hook, PROBLEMS)
    assert len(Hook.got) == 1


@pytest.mark.parametrize(
    "url", ["http://192.0.2.1/x", "http://198.51.100.7:80/", "https://[2001:db8::1]/", "http://169.254.169.254/"]
)
def test_a_webhook_outside_this_network_is_refused_before_anything_is_sent(url, monkeypatch):
    monkeypatch.setattr("socket.getaddrinfo", lambda host, port, **_: [(0, 0, 0, "", (host, port))])
    with pytest.raises(StudyError, match="not on this machine's network"):
        post_webhook(url, PROBLEMS)


@pytest.mark.parametrize(
    ("address", "local"),
    [("127.0.0.1", True), ("10.1.2.3", True), ("172.32.0.1", False), ("192.168.1.5", True), ("8.8.8.8", False),
     ("::1", True), ("fd00::1", True), ("::ffff:8.8.8.8", False), ("::ffff:10.0.0.1", True), ("169.254.1.1", False)],
)  # fmt: skip
def test_only_loopback_and_private_addresses_are_local(address, local):
    assert is_local(address) is local


def test_an_e_mail_reaches_everyone_it_is_for():
    Mail.got = []
    with serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mail)) as port:
        send_email(
            EmailPlan(to=("a@here.test", "b@here.test"), sender="study@here.test", server="127.0.0.1", port=port),
            PROBLEMS,
        )
    [text] = Mail.got
    assert "Subject: painstats 1a2b3c4d: finished with problems" in text
    assert "To: a@here.test, b@here.test" in text
    assert "Two files." in text


def test_an_e_mail_without_encryption_does_not_leave_the_network(monkeypatch):
    monkeypatch.setattr("socket.getaddrinfo", lambda _, port, **__: [(0, 0, 0, "", ("192.0.2.1", port))])
    plan = EmailPlan(to=("a@here.test",), sender="study@here.test", server="mail.test")
    with pytest.raises(StudyError, match="not on this machine's network"):
        send_email(plan, PROBLEMS)


@pytest.mark.parametrize("address", ["a@b\nBcc: c@d", "a@b, c@d", "no-address", "<a@b>"])
def test_an_address_cannot_add_a_recipient(address):
    with pytest.raises(ValueError, match="not an e-mail address"):
        EmailPlan(to=(address,), sender="a@b")


def test_a_command_gets_the_message_and_only_where_there_are_problems(tmp_path):
    script = "import os, sys; open(sys.argv[1], 'a').write(os.environ['PAINSTATS_STATE'] + ': ' + sys.stdin.read())"
    plan = NotifyPlan(command=(sys.executable, "-c", script, str(tmp_path / "got")))
    assert notify(plan, FINE) == []
    assert not (tmp_path / "got").exists()
    assert notify(plan, PROBLEMS) == []
    assert (tmp_path / "got").read_text() == "problems: Two files.\n"
    assert notify(plan.model_copy(update={"when": "always"}), FINE) == []
    assert (tmp_path / "got").read_text().endswith("finished: Nothing.\n")


def test_a_channel_that_fails_is_said_and_the_others_are_used(hook):
    plan = NotifyPlan(command=("/does/not/exist",), webhook=hook)
    [said] = notify(plan, PROBLEMS)
    assert said.startswith("the notification by command was not sent (FileNotFoundError); the run itself is complete")
    assert len(Hook.got) == 1
