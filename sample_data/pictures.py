"""Take the pictures that the README shows: pages of the sample study, light and dark.

    python -m sample_data.pictures STUDY

STUDY is the study that ``make demo`` has run. Each picture goes to docs/pictures as WebP, in both colour schemes; the
same study gives the same pictures on the same machine. Chromium is needed.
"""

from __future__ import annotations

import argparse
import base64
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, sync_playwright

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
QUALITY = 78
PATIENCE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: its name, its size in pixels, and the page of the reports; empty for the dashboard."""

    name: str
    width: int
    height: int
    page: str = ""


SHOWN = (
    Picture("report", 920, 1130, "saffron.html"),
    Picture("clinic", 920, 1320, "saffron-clinic.html"),
    Picture("dashboard", 1100, 900),
)
"""Saffron has two treatments, a change of dose, and answers of most kinds."""


def take_pictures(study: Path, folder: Path = PICTURES) -> list[Path]:
    """Take every picture in both colour schemes, and return their paths.

    Parameters
    ----------
    study
        A study folder whose reports are written.
    folder
        Where the pictures go; those of the same name are replaced.
    """
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("painstats: pictures need Chromium, which was not found; install it, and run this again")
    folder.mkdir(exist_ok=True)
    taken = []
    with sync_playwright() as playwright, dashboard_of(study) as dashboard:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for picture in SHOWN:
            address = (study / "reports" / picture.page).resolve().as_uri() if picture.page else dashboard
            for scheme in SCHEMES:
                path = folder / f"{picture.name}-{scheme}.webp"
                path.write_bytes(_taken(browser, picture, address, scheme))
                taken.append(path)
        browser.close()
    return taken


def _taken(browser: Browser, picture: Picture, address: str, scheme: Literal["light", "dark"]) -> bytes:
    """Open a page in a window of the picture's size, and encode what is seen."""
    page = browser.new_page(viewport={"width": picture.width, "height": picture.height}, color_scheme=scheme)
    page.goto(address)
    if not picture.page:
        _wait_until_drawn(page)
    session = page.context.new_cdp_session(page)
    shot = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    page.close()
    return base64.b64decode(shot["data"])


def _wait_until_drawn(page: Page) -> None:
    page.locator("svg.drawn path.cell").first.wait_for(timeout=PATIENCE_MS)
    page.get_by_text("Days without").wait_for(timeout=PATIENCE_MS)
    page.locator("[data-testid=stSkeleton]").first.wait_for(state="detached", timeout=PATIENCE_MS)


@contextmanager
def dashboard_of(study: Path) -> Iterator[str]:
    """Serve the dashboard of a study inside the block; yields its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "painstats", "dashboard", str(study), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
        try:
            yield _served_address(served, port)
        finally:
            served.terminate()


def _served_address(served: subprocess.Popen[str], port: int) -> str:
    """Return the address with its token, once the dashboard answers."""
    said = served.stdout.readline() if served.stdout else ""
    while served.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.2)
            continue
        return said.removeprefix("Open:").strip()
    sys.exit("painstats: the dashboard did not start")


def main() -> None:
    """Take the pictures, and print where they are."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("study", type=Path)
    for path in take_pictures(parser.parse_args().study):
        print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
