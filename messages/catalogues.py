"""The catalogue of each language: the sentences that the code has now, with the translations that are known.

``painstats.po`` is for translators, ``painstats.mo`` is what painstats reads. Both have no line numbers and no new
dates, so that they change only where a sentence or a translation does.
"""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from painstats.language import DOMAIN, ENGLISH, LANGUAGES

PACKAGE = Path(__file__).parents[1] / "src" / "painstats"
TRANSLATED = tuple(language for language in LANGUAGES if language != ENGLISH)
KEYWORDS = {"_": None, "ngettext": (1, 2)}
METHODS = [
    # Pages for researchers are in English.
    ("cohort/**.py", "ignore"),
    ("reports/cohort/**.py", "ignore"),
    ("findings/catalogue/research.py", "ignore"),
    ("findings/catalogue/*_averages.py", "ignore"),
    ("**.py", "python"),
]
LINE_WIDTH = 110
UNKNOWN = (
    b'"Project-Id-Version',
    b'"Report-Msgid-Bugs-To',
    b'"PO-Revision-Date',
    b'"Last-Translator',
    b'"Language-Team',
)
"""Lines of the head of a file that have nothing but a placeholder."""

VARIABLE = re.compile(r"{(\w+)(?::bare)?}")


def renewed(language: str) -> Catalog:
    """Return the sentences in the code, with their known translations; those no longer in the code are left out."""
    known = _known(language)
    catalogue = Catalog(
        locale=language, domain=DOMAIN, project=DOMAIN, header_comment=known.header_comment, fuzzy=False,
        creation_date=known.creation_date, revision_date=known.revision_date,
    )  # fmt: skip
    for file, _line, sentence, _comments, _context in sorted(extract_from_dir(PACKAGE, METHODS, keywords=KEYWORDS)):
        message = known.get(sentence)
        place = (Path("src/painstats", file).as_posix(), None)
        catalogue.add(sentence, message.string if message else "", locations=[place])
    return catalogue


def untranslated(catalogue: Catalog) -> list[str]:
    """Return the sentences without a translation, or with other variables than their translation."""
    return [_first(message) for message in catalogue if message.id and not _is_translated(message)]


def printed(catalogue: Catalog) -> bytes:
    """Return a catalogue as a file for translators."""
    content = BytesIO()
    write_po(content, catalogue, width=LINE_WIDTH, include_lineno=False)
    return b"".join(line for line in content.getvalue().splitlines(keepends=True) if not line.startswith(UNKNOWN))


def compiled(catalogue: Catalog) -> bytes:
    """Return a catalogue as the file that is read."""
    content = BytesIO()
    write_mo(content, catalogue)
    return content.getvalue()


def paths(language: str) -> tuple[Path, Path]:
    """Return the file for translators and the one that is read."""
    folder = PACKAGE / "locale" / language / "LC_MESSAGES"
    return folder / f"{DOMAIN}.po", folder / f"{DOMAIN}.mo"


def write(language: str, for_translators: bytes, read: bytes) -> None:
    """Write both files."""
    for path, content in zip(paths(language), (for_translators, read), strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _known(language: str) -> Catalog:
    with paths(language)[0].open("rb") as file:
        return read_po(file, locale=language)


def _first(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple) else message.id


def _is_translated(message: Message) -> bool:
    """Whether every form is translated with the variables of the sentence; a singular need not name its number."""
    if isinstance(message.id, str):
        return bool(message.string) and _variables(message.id) == _variables(message.string)
    forms = message.string or ("",)
    expected = _variables(message.id[-1])
    return all(forms) and _variables(forms[-1]) == expected and _variables(forms[0]) <= expected


def _variables(text: str) -> set[str]:
    """Return the variables; ``{More}`` is ``{more}`` at the start of a sentence."""
    return {name.casefold() for name in VARIABLE.findall(text)}
