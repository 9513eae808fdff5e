"""Month and weekday names in seven languages, and their abbreviations."""

from __future__ import annotations

import unicodedata

_MONTHS = """
january february march april may june july august september october november december
januar februar marz april mai juni juli august september oktober november dezember
janner feber maerz april mai juno julei august september oktober november dezember
janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre
enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
januari februari maart april mei juni juli augustus september oktober november december
janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro
"""
_WEEKDAYS = """
monday tuesday wednesday thursday friday saturday sunday
montag dienstag mittwoch donnerstag freitag samstag sonntag
montag dienstag mittwoch donnerstag freitag sonnabend sonntag
lundi mardi mercredi jeudi vendredi samedi dimanche
lunes martes miercoles jueves viernes sabado domingo
lunedi martedi mercoledi giovedi venerdi sabato domenica
maandag dinsdag woensdag donderdag vrijdag zaterdag zondag
segunda terca quarta quinta sexta sabado domingo
"""


def folded(text: str) -> str:
    """Return a text in lower case, without accents and in the letters and digits of ASCII where they exist."""
    apart = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss"))
    return "".join(letter for letter in apart if not unicodedata.combining(letter) and letter not in "\ufe0f\u20e3")


def _meanings(names: str, shortest: int) -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for line in names.split("\n"):
        for number, name in enumerate(line.split(), 1):
            for length in range(shortest, len(name) + 1):
                found.setdefault(name[:length], set()).add(number)
    return {name: frozenset(numbers) for name, numbers in found.items()}


MONTHS: dict[str, int] = {
    name: next(iter(numbers)) for name, numbers in _meanings(_MONTHS, 3).items() if len(numbers) == 1
} | {"mrz": 3, "mrt": 3, "sept": 9}
"""The number of each month, by its name or an abbreviation of three letters or more that means no other month."""

WEEKDAYS: dict[str, frozenset[int]] = _meanings(_WEEKDAYS, 2)
"""The weekdays (Monday is 1) that a name or an abbreviation of two letters or more can mean."""
