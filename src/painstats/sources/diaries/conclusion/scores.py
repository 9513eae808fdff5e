"""How the scores of a column are written, and on which scale."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from painstats.sources.diaries.conclusion.findings import Ask, Context, Found, counted, listed
from painstats.sources.diaries.conclusion.names import plain
from painstats.sources.diaries.forms.words_of_dates import folded
from painstats.sources.diaries.forms.written_scores import WrittenScore, written_score

DEFAULT_MISSING = ("", "NA", "n/a")


def _phrases(text: str) -> frozenset[str]:
    """Return phrases that are separated by spaces, with ``_`` for a space inside one."""
    return frozenset(phrase.replace("_", " ") for phrase in text.split())


_MISSING = _phrases(
    """
    - -- --- – — x xx ? ?? ??? . .. ... … / * na n/a n.a. n.a k.a. k.a ka nan null nil missing skipped skip forgot
    forgotten vergessen oublie olvidado #n/a #na nr n.r. s.o. nd n.d. s/d s/o tbd unknown unbekannt k._a. keine_angabe
    no_entry not_recorded no_data not_filled_in kein_eintrag pas_de_donnees sin_datos n._a.
    """
)
_NO_PAIN = _phrases(
    """
    no_pain pain_free pain-free painfree kein_schmerz keine_schmerzen schmerzfrei keine kein pas_de_douleur
    aucune_douleur
    aucune aucun sin_dolor ninguno ninguna nessun_dolore nessuno assente geen_pijn geen pijnvrij sem_dor nenhuma nenhum
    nothing rien nada niente
    """
)
_LADDERS = tuple(
    tuple(tuple(step.split("/")) for step in ladder.split())
    for ladder in """
    none/no_pain/pain_free mild/slight/light/low moderate/medium severe/strong/high/bad
    none/no_pain very_mild/very_low mild/low moderate/medium severe/high very_severe/very_high/extreme/worst/unbearable
    none/no_pain mild/slight moderate/medium severe/strong very_severe/very_strong/extreme/excruciating/unbearable
    keine/kein/schmerzfrei leicht/leichte/gering/schwach mittel/massig/mittelstark/mittlere/massige stark/starke/schwer
    keine/kein/schmerzfrei leicht/leichte/gering mittel/massig/mittelstark stark/starke sehr_stark/sehr_starke/extrem
    aucune/aucun/nulle/absente legere/leger/faible moderee/modere/moyenne/moyen forte/fort/severe/intense
    aucune/aucun/nulle/absente legere/leger/faible moderee/modere/moyenne forte/fort/intense tres_forte/tres_fort
    ninguno/ninguna/nada/sin_dolor leve/ligero/poco moderado/medio/moderada fuerte/severo/intenso/severa/mucho
    ninguno/ninguna/nada/sin_dolor leve/ligero moderado/medio fuerte/severo/intenso muy_fuerte/insoportable/muy_severo
    nessuno/assente/nessun_dolore lieve/leggero moderato/medio forte/severo/grave/intenso
    nessuno/assente/nessun_dolore lieve/leggero moderato/medio forte/severo molto_forte/insopportabile
    geen/geen_pijn licht/lichte/mild matig/gemiddeld ernstig/hevig/erg/zwaar
    nenhuma/sem_dor/nenhum leve/ligeira/fraca moderada/media forte/intensa/severa
    """.strip().split("\n")
)
"""Ladders of words in seven languages; a step is a group of words that mean the same."""

_DIGIT_WORDS = tuple(
    {word: float(value) for value, word in enumerate(words.split())}
    for words in (
        "zero one two three four five six seven eight nine ten",
        "null eins zwei drei vier funf sechs sieben acht neun zehn",
        "zero un deux trois quatre cinq six sept huit neuf dix",
        "cero uno dos tres cuatro cinco seis siete ocho nueve diez",
        "zero uno due tre quattro cinque sei sette otto nove dieci",
        "nul een twee drie vier vijf zes zeven acht negen tien",
        "zero um dois tres quatro cinco seis sete oito nove dez",
    )
)
_SPAN = re.compile(r"(?<![\d.,/])(\d{1,3})\s*(?:-|–|—|to|bis|a|à|tot|ate|\.\.+|→|->)\s*(\d{1,3})(?![\d/])")
_OUT_OF = re.compile(r"(?:/|out of|of|von|sur|su|van de)\s*(5|7|10|100)(?!\d)")
_BOTH_ENDS = {
    (0, 1),
    (0, 3),
    (0, 4),
    (0, 5),
    (0, 6),
    (0, 7),
    (0, 10),
    (0, 20),
    (0, 100),
    (1, 3),
    (1, 4),
    (1, 5),
    (1, 6),
    (1, 7),
    (1, 10),
    (1, 100),
}
_FREE = (
    r"(?:no pain|none|pain free|pain-free|no symptoms|best|kein\w* schmerz\w*|schmerzfrei|pas de douleur|sin dolor|"
    r"nessun dolore|geen pijn|sem dor|good|great)"
)
_BAD = (
    r"(?:worst|severe|unbearable|bad|terrible|unertraglich\w*|schlimmst\w*|starkst\w*|pire|peor|peggior\w*|ergst\w*|"
    r"pior|extreme)"
)
_ENDS = re.compile(rf"(?<!\d)(\d{{1,3}})\s*(?:=|:|-|–|is|means|\()\s*(?:({_FREE})|({_BAD}))")
_FEW = 0.05
_SOME = 0.2
_MIXED = 0.3
"""A column of 0 to 100 is asked about if more than ``_MIXED`` of its scores are as small as those of 0 to 10."""


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of a score column, sorted by how they can be read."""

    missing: tuple[str, ...]
    scores: tuple[WrittenScore, ...]
    words: tuple[str, ...]
    unread: tuple[str, ...]

    @property
    def n_given(self) -> int:
        """Number of cells that are neither blank nor missing."""
        return len(self.scores) + len(self.words) + len(self.unread)

    @property
    def values(self) -> list[float]:
        """The numbers."""
        return [score.value for score in self.scores]


def sorted_cells(texts: Iterable[str]) -> Cells:
    """Sort cells into missing ones, numbers, words, and texts that are neither."""
    missing, scores, words, unread = [], [], [], []
    for text in texts:
        if not text:
            continue
        if folded(text).strip() in _MISSING:
            missing.append(text)
        elif (found := written_score(text)) is not None:
            scores.append(found)
        elif re.search(r"\d", text) or len(text) > 40:
            unread.append(text)
        else:
            words.append(text)
    return Cells(tuple(missing), tuple(scores), tuple(words), tuple(unread))


def is_rating(texts: Iterable[str]) -> bool:
    """Whether a column can be one of scores: numbers from -10 to 100, or words of a ladder."""
    cells = sorted_cells(texts)
    if not cells.n_given:
        return False
    known = sum(_is_known_word(word) for word in cells.words)
    fitting = sum(-10 <= value <= 100 for value in cells.values)
    return fitting + known >= 0.6 * cells.n_given


def _is_known_word(word: str) -> bool:
    step = _step(word)
    return (
        folded(word) in _NO_PAIN
        or any(step in steps for ladder in _LADDERS for steps in ladder)
        or any(step in words for words in _DIGIT_WORDS)
    )


def _step(word: str) -> str:
    cleaned = re.sub(r"[^\w\s]", " ", folded(word))
    return "_".join(
        re.sub(r"\b(?:pain|schmerz(?:en)?|douleur|dolor|dolore|pijn|dor)\b(?!_)", " ", cleaned).split()
        or cleaned.split()
    )


def conclude_scores(
    column: str, texts: list[str], hints: tuple[str, ...], context: Context, *, is_note: bool = False
) -> Found:
    """Find ``scale``, ``map``, ``written`` and ``decimal`` of a column, and the texts that mean a missing answer.

    Parameters
    ----------
    column
        Its name, which can state the scale.
    texts
        Its cells.
    hints
        Texts above the table, which can state it too.
    is_note
        Whether blank cells are lines of a note in which no score was found.
    """
    cells = sorted_cells(texts)
    blank = texts.count("") if is_note else 0
    words = _conclude_words(column, cells, context)
    steps = words.keys.pop("scale", None)
    scale = Found({"scale": steps}) if steps else _conclude_scale(column, cells, hints, context)
    found = Found({**words.keys, **scale.keys}, (*words.said, *scale.said), (*words.asked, *scale.asked))
    decimals = {sign for text in texts for sign in re.findall(r"^-?\d+([.,])\d+$", text)}
    if len(decimals) == 1:
        found.keys["decimal"] = decimals.pop()
    return _as_written(column, cells, found, is_mixed=bool(decimals), blank=blank)


def _as_written(column: str, cells: Cells, found: Found, *, is_mixed: bool, blank: int) -> Found:
    """Add how numbers are written."""
    plainly = all(score.is_plain for score in cells.scores)
    given = [score for score in cells.scores if not score.is_plain]
    keys: dict[str, object] = dict(found.keys)
    said = list(found.said)
    needs_words = bool(found.keys.get("map")) and bool(cells.scores)
    if not plainly or needs_words or is_mixed:
        keys["written"] = True
    middles = sum(score.is_middle for score in given)
    if middles:
        said.append(f'{counted(middles, "range")} such as 6-7 in "{column}" were read as their middle.')
    others = len(given) - middles - sum(score.out_of is not None for score in given)
    if others:
        said.append(f'In {counted(others, "answer")} of "{column}" the number was taken from a longer text.')
    if cells.unread:
        said.append(
            f'{counted(len(cells.unread), "answer")} of "{column}" cannot be read as a number and will be rejected.'
        )
    if blank:
        said.append(f'{counted(blank, "line")} with a date have no score of "{column}" that is certain.')
    missing = tuple(text for text in dict.fromkeys(cells.missing) if text not in DEFAULT_MISSING)
    if missing:
        keys["missing"] = missing
        said.append(f"These texts were read as no answer: {listed(missing)}.")
    return Found(keys, tuple(said), found.asked)


# --- words ---


def _conclude_words(column: str, cells: Cells, context: Context) -> Found:
    """Find the numbers that words stand for."""
    chosen = context.known.get("map")
    if isinstance(chosen, dict):
        ends = (min(chosen.values(), default=0.0), max(chosen.values(), default=0.0))
        if cells.scores or ends[0] >= ends[1]:
            return Found({"map": chosen} if chosen else {})
        return Found({"map": chosen, **({} if context.known.get("scale") else {"scale": ends})})
    counts = Counter(cells.words)
    if not counts:
        return Found()
    digits = _digit_words(counts)
    if digits is not None:
        return Found({"map": digits}, (f'Numbers in words in "{column}" were read as numbers.',))
    if not cells.scores:
        return _ladder(column, counts)
    zero = {word: 0.0 for word in counts if folded(word) in _NO_PAIN}
    rest = [word for word in counts if word not in zero]
    said = (f'In "{column}" {listed(list(zero))} was read as 0.',) if zero else ()
    if rest and (
        any(_is_known_word(word) for word in rest) or sum(counts[word] for word in rest) > max(1, _SOME * cells.n_given)
    ):
        return Found({"map": zero}, said, (_ask_map(column, rest),))
    if rest:
        n_words = sum(counts[word] for word in rest)
        said = (*said, f'{counted(n_words, "word")} in "{column}" cannot be read as a number and will be rejected.')
    return Found({"map": zero} if zero else {}, said)


def _digit_words(counts: Counter[str]) -> dict[str, float] | None:
    for words in _DIGIT_WORDS:
        if all(_step(word) in words for word in counts):
            return {word: words[_step(word)] for word in counts}
    return None


def _ladder(column: str, counts: Counter[str]) -> Found:
    """Find the ladder of words that has all those of a column: no pain is 0, each step one more."""
    for ladder in _LADDERS:
        places = {word: next((n for n, steps in enumerate(ladder) if _step(word) in steps), None) for word in counts}
        if all(place is not None for place in places.values()) and len(set(places.values())) > 1:
            top = len(ladder) - 1
            steps = {steps[0].replace("_", " "): float(n) for n, steps in enumerate(ladder)}
            known = {word: float(place or 0) for word, place in places.items()}
            words = ", ".join(f"{word} = {value:g}" for word, value in sorted(known.items(), key=lambda pair: pair[1]))
            extra = {word: value for word, value in steps.items() if value not in known.values()}
            return Found(
                {"map": known | extra, "scale": (0.0, float(top))},
                (f'Words in "{column}" were read as numbers: {words}.',),
            )
    return Found(
        {"map": {word: float(n) for n, word in enumerate(counts)}, "scale": (0.0, float(max(len(counts) - 1, 1)))},
        (),
        (_ask_map(column, list(counts)),),
    )


def _ask_map(column: str, words: list[str]) -> Ask:
    answers = tuple(f"{word}=" for word in words)
    return Ask("map", f'Which numbers do these words in "{column}" mean: {listed(words, 12)}?', answers)


# --- the scale ---


def stated_scale(text: str) -> tuple[float, float] | None:
    """Return the scale that a name or a title states, such as ``(0-10)``, ``/10``, ``NRS`` or ``%``."""
    words = plain(text) if "/" not in text else folded(text)
    for low, high in _SPAN.findall(folded(text)):
        ends = (int(low), int(high)) if int(low) < int(high) else (int(high), int(low))
        if ends in _BOTH_ENDS:
            return float(ends[0]), float(ends[1])
    out_of = _OUT_OF.search(words)
    if out_of:
        return 0.0, float(out_of[1])
    if re.search(r"\bnrs\b|\bnprs\b", words):
        return 0.0, 10.0
    return (0.0, 100.0) if re.search(r"%|\bpercent|\bprozent|\bpourcent", folded(text)) else None


def _conclude_scale(column: str, cells: Cells, hints: tuple[str, ...], context: Context) -> Found:
    chosen = context.known.get("scale")
    if chosen is not None:
        return Found({"scale": _as_scale(chosen)})
    values = cells.values
    if not values:
        return Found({"scale": (0.0, 10.0)})
    out_of = Counter(score.out_of for score in cells.scores if score.out_of is not None)
    if len(out_of) == 1 and _fits(values, (0.0, float(next(iter(out_of))))):
        top = next(iter(out_of))
        return Found({"scale": (0.0, float(top))}, (f"The scale is 0 to {top:g}, as written beside the scores.",))
    named = stated_scale(column)
    if named is None:
        found = {scale for hint in hints if (scale := stated_scale(hint))}
        named = found.pop() if len(found) == 1 else None
    if named is not None and _fits(values, named):
        return Found({"scale": named}, (f"The scale is {named[0]:g} to {named[1]:g}, as the diary says.",))
    return _by_values(column, values)


def _fits(values: list[float], scale: tuple[float, float]) -> bool:
    outside = sum(not scale[0] <= value <= scale[1] for value in values)
    return outside < 3 and outside <= max(_FEW * len(values), 1)


def _by_values(column: str, values: list[float]) -> Found:
    usual = [value for value in values if 0 <= value <= 10]
    top = max(values)
    if len(values) - len(usual) <= min(2, _FEW * len(values)) and usual and max(usual) > 5:
        return Found(
            {"scale": (0.0, 10.0)}, (f'The scale is taken as 0 to 10: scores in "{column}" go up to {max(usual):g}.',)
        )
    small = sum(0 < value <= 10 for value in values)
    if 50 < top <= 100 and small < _MIXED * len(values):
        return Found(
            {"scale": (0.0, 100.0)}, (f'The scale is taken as 0 to 100: scores in "{column}" go up to {top:g}.',)
        )
    answers = _possible_scales(min(values), top)
    low, high = answers[0].rsplit("-", 1)
    reach = f"never go above {top:g}" if top <= 10 else f"go up to {top:g}"
    question = f'Scores in "{column}" {reach}. Which are the lowest and the highest possible score?'
    return Found({"scale": (float(low), float(high))}, (), (Ask("scale", question, answers),))


def _possible_scales(least: float, top: float) -> tuple[str, ...]:
    """Return usual scales that hold the scores, the likeliest first."""
    if top > 10:
        return ("0-100", "0-10", *(f"0-{high}" for high in (20, 50) if top <= high))
    usual = ((0, 10), (0, 5), (1, 5), (0, 4), (0, 3), (1, 4), (0, 1))
    return tuple(f"{low}-{high}" for low, high in usual if low <= least and top <= high) or ("0-10",)


def _as_scale(chosen: object) -> tuple[float, float]:
    if isinstance(chosen, str):
        low, _, high = chosen.partition("-")
        return float(low), float(high)
    low, high = tuple(chosen)  # type: ignore[arg-type]
    return float(low), float(high)


def stated_direction(texts: Iterable[str]) -> str | None:
    """Return which end of a scale is the worse, if a legend says so: ``10 = no pain``."""
    for text in texts:
        ends = [(int(number), bool(free)) for number, free, bad in _ENDS.findall(folded(text))]
        good = [number for number, is_free in ends if is_free]
        bad = [number for number, is_free in ends if not is_free]
        if good and (max(good) > 1 or (bad and max(bad) < min(good))):
            return "better"
        if bad and min(bad) <= 1 and not good:
            return "better"
        if ends:
            return "worse"
    return None
