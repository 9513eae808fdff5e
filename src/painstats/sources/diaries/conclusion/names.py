"""What the names of columns mean, in seven languages."""

from __future__ import annotations

import re

from painstats.sources.diaries.forms.words_of_dates import folded
from painstats.vocabulary import ITEMS


def _any_of(words: str) -> re.Pattern[str]:
    """Return a pattern that finds any of these words: separated by spaces, ``_`` for a space and ``*`` for any end."""
    parts = (re.escape(word).replace("_", " ").replace(r"\*", r"\w*") for word in words.split())
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)")


_DATE = _any_of(
    """
    date day datum tag timestamp zeitstempel when wann jour quand horodateur fecha dia cuando marca_temporal data giorno
    quando informazioni_cronologiche dag wanneer tijdstempel carimbo datetime recorded logged created entry
    """
)
_TIME = _any_of("time uhrzeit zeit heure hora ora orario tijd tijdstip clock hour")
_NO_TIME = _any_of("sleep bed wake duration time_spent time_in time_on screen exercise schlaf")
_PAIN = re.compile(
    r"\b(?:pain(?:s|ful|fulness)?|painl\w*|\w*aches?|hurt(?:s|ing)?|schmerz\w*|\w+schmerz\w*|kopfweh|weh|douleurs?|"
    r"mal de|dolor(?:es)?|dolor[ei]|mal di|pijn\w*|\w+pijn|dor(?:es)?|nrs|vas|eva|migra(?:ine|na|ne)\w*|cramps?|"
    r"cefalea|krampfe?)\b"
)
_NOT_A_SCORE = re.compile(
    r"killer|mittel\b|medic|medik|tablet|\bpills?\b|\bdos[ei]s?\b|\bmg\b|antidouleur|pijnstill|analges|calmant|\brelief|"
    r"\blocation|\bwhere\b|\bwo\b|\bort\b|\bou\b|\blieu|\bdonde\b|\bdove\b|"
    r"\bduration|\bdauer|\bduree|\bhours?\b|\bstunden|\bminut|\bhow (?:many|long|often)|\bnumber of|\banzahl|"
    r"\btypes?\b|\bart\b|\btriggers?\b|\bkind of|\bquality of (?:the )?pain|frei\b|\bfree\b|"
    r"schmerz-?(?:ort|dauer|art|tag|frei|therap|qualit|auslos|stell|lokal|anfall|attack)|interfer|\bfear\b|\bhad\b|"
    r"\bnotes?\b|comment|bemerk|notiz|descri|beschreib|\bopmerk|"
    r"\bsteps?\b|\bheart|\bbpm\b|\bhrv\b|\bweight|\bcalories|\bsleep (?:duration|hours|time)"
)
_GENERIC = _any_of(
    """
    score level rating value intensity severity strength wert starke intensitat stufe niveau intensite nivel
    intensidad valor
    livello intensita punteggio valore intensiteit waarde cijfer intensidade pontuacao skala scale symptoms symptom
    beschwerden beschwerde
    """
)
_BETTER = _any_of("wellbeing well-being wohlbefinden comfort* bien-etre bienestar benessere welzijn bem-estar")
_OVERALL = _any_of(
    """
    overall general generally total gesamt* allgemein* insgesamt global* generale totale algemeen geral average avg mean
    durchschnitt* moyenne media promedio gemiddeld*
    """
)
_STATISTIC = _any_of(
    """
    worst max maximum peak highest strongest least min minimum lowest now current right_now average avg mean first
    second starkste* schlimmste* maximal* geringste* aktuell* jetzt pire actuel* peor actual peggiore attuale ergste
    huidig* pior atual durchschnitt* moyenne promedio gemiddeld*
    """
)
_PERIODS = {
    "morning": _any_of(
        "morning mornings am wake* waking morgen morgens fruh* vormittag* aufstehen matin* manana mattin* ochtend manha"
    ),
    "evening": _any_of("evening evenings pm bedtime bed_time abend* soir* noche sera avond noite night nachts nuit"),
    "any_time": _any_of(
        "noon midday mid-day lunch* afternoon* mittag* nachmittag* midi apres-midi mediodia tarde mezzogiorno middag"
    ),
}
_SITES = """
back: back rucken dos espalda schiena rug costas ruecken kreuz
lower_back: lumbar lws lendenwirbel
neck: neck nacken hals cou nuque cuello collo nek pescoco
head: head kopf tete cabeza testa hoofd cabeca headache headaches kopfschmerz kopfschmerzen kopfweh hoofdpijn
head: migraine migraines migrane migrana emicrania cefalea
knee: knee knees knie genou genoux rodilla rodillas ginocchio ginocchia joelho
hip: hip hips hufte huften hanche cadera anca heup quadril
shoulder: shoulder shoulders schulter schultern epaule epaules hombro hombros spalla spalle schouder ombro
hand: hand hands hande main mains mano manos mani handen mao maos
wrist: wrist wrists handgelenk poignet muneca polso pols pulso
foot: foot feet fuss fusse pied pieds pie pies piede piedi voet voeten pe pes
ankle: ankle ankles knochel cheville tobillo caviglia enkel tornozelo
leg: leg legs bein beine jambe jambes pierna piernas gamba gambe been benen perna pernas
arm: arm arms arme bras brazo brazos braccio braccia armen braco bracos
elbow: elbow elbows ellenbogen ellbogen coude codo gomito elleboog cotovelo
abdomen: abdomen stomach belly tummy bauch ventre abdominal vientre barriga estomago pancia addome buik
pelvis: pelvis pelvic becken bassin pelvico bacino bekken
chest: chest brust poitrine pecho petto borst peito
jaw: jaw kiefer machoire mandibula mascella kaak
joints: joint joints gelenk gelenke articulation articulations articulaciones gewricht gewrichten
thumb: thumb daumen pouce pulgar pollice duim
finger: finger fingers doigt doigts dedo dedos dita vinger vingers
muscle: muscle muscles muskel muskeln musculos muscoli spieren
"""
SITES = {word: line.split(":")[0] for line in _SITES.strip().split("\n") for word in line.split(":")[1].split()}
"""The part of the body, in English, that a word means."""

_SIDES = _any_of(
    """
    left right link links rechts linke* rechte* gauche droite droit izquierd* derech* sinistr* destr* upper lower l r
    """
)
_LEFT = ("l", "ga", "iz", "si")
_COMPOUND = re.compile(r"^(?P<site>\w+?)(?:en)?(?:schmerz\w*|pijn\w*|aches?|weh)$")
_ITEM_WORDS = {
    "fatigue": "fatigue tired tiredness exhaustion mudigkeit erschopfung fatiga cansancio stanchezza vermoeidheid",
    "mood": "mood stimmung humeur animo umore stemming humor",
    "stress": "stress estres",
    "anxiety": "anxiety angst anxiete ansiedad ansia",
    "stiffness": "stiffness steifigkeit steifheit raideur rigidez rigidita stijfheid",
    "soreness": "soreness muskelkater",
    "energy": "energy energie energia",
    "sleep_quality": "sleep_quality schlafqualitat",
    "pain_interference": "interference",
}
_ID = re.compile(
    r"^(?:(?:participant|patient|subject|record)(?:[ _]?id)?|person|user|name|who|id|email|"
    r"email address|e-mail[- ]?adresse|nutzername|teilnehmer|proband|nom|nombre|nome|naam|username|code|"
    r"pseudonym|initials|adresse e-mail|family member|child)$"
)
_ITEM_COLUMN = _any_of(
    """
    item symptom symptoms measure metric question variable what was type category name frage merkmal symptome sintoma
    parameter kategorie tracker
    """
)
_MARKS = re.compile(r"[_\-./]+")


def plain(name: str) -> str:
    """Return a name for comparison: lower case, no accents, underscores as spaces."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return " ".join(_MARKS.sub(" ", folded(spaced)).split())


def is_date_name(name: str) -> bool:
    """Whether a name announces dates."""
    return bool(_DATE.search(plain(name))) and "birth" not in plain(name) and "geburt" not in plain(name)


def is_time_name(name: str) -> bool:
    """Whether a name announces the time of an answer."""
    return bool(_TIME.search(plain(name))) and not _NO_TIME.search(plain(name))


def is_pain_name(name: str) -> bool:
    """Whether a name announces scores of pain: not painkillers, places or hours of pain."""
    return bool(_PAIN.search(plain(name))) and not _NOT_A_SCORE.search(plain(name))


def is_about_pain(text: str) -> bool:
    """Whether a title or file name is about pain."""
    return bool(_PAIN.search(plain(text)) or re.search(r"pain|schmerz|douleur|dolor|migr|symptom", plain(text)))


def is_generic_name(name: str) -> bool:
    """Whether a name announces a score without saying of what."""
    return bool(_GENERIC.search(plain(name))) and not _NOT_A_SCORE.search(plain(name))


def is_better_name(name: str) -> bool:
    """Whether a name announces something that is good when it is high."""
    return bool(_BETTER.search(plain(name)))


def is_overall(name: str) -> bool:
    """Whether a name announces pain as a whole."""
    return bool(_OVERALL.search(plain(name)))


def is_statistic(name: str) -> bool:
    """Whether a name announces the worst, average or present pain, one of several scores of a day."""
    return bool(_STATISTIC.search(plain(name)))


def is_participant_name(name: str) -> bool:
    """Whether a name announces who an entry is about."""
    return bool(_ID.match(plain(name)))


def is_item_column_name(name: str) -> bool:
    """Whether a name announces what is rated, as in diaries with a row for each score."""
    return bool(_ITEM_COLUMN.search(plain(name)))


def not_a_score(name: str) -> bool:
    """Whether a name announces a measurement or a remark, and no score."""
    return bool(_NOT_A_SCORE.search(plain(name)))


def period_of(name: str) -> str | None:
    """Return the time of day that a name announces: ``morning``, ``evening``, or ``any_time`` for noon."""
    return next((period for period, pattern in _PERIODS.items() if pattern.search(plain(name))), None)


def site_of(name: str) -> str:
    """Return the part of the body that a name announces, in English words; empty if there is none."""
    words = plain(name)
    side = _SIDES.search(words)
    prefix = "" if side is None else _side(side[0])
    for word in re.findall(r"[^\W\d_]+", words):
        compound = _COMPOUND.match(word)
        for part in (word, compound["site"] if compound else "", (compound["site"] if compound else "") + "en"):
            if part in SITES:
                return prefix + SITES[part]
    return ""


def _side(word: str) -> str:
    if word in ("upper", "lower"):
        return f"{word}_"
    return "left_" if word.startswith(_LEFT) else "right_"


def item_of(name: str) -> str | None:
    """Return the item other than pain that a name announces."""
    words = plain(name)
    spelled = next(
        (item for item in ITEMS if item.replace("_", " ") in words and item not in ("pain", "symptom")), None
    )
    found = (item for item, known in _ITEM_WORDS.items() if set(known.split()) & set(words.split()))
    return spelled or next(found, None)
