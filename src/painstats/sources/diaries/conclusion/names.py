"""What the names of columns mean, in seven languages."""

from __future__ import annotations

import re

from painstats.sources.diaries.forms.words_of_dates import folded
from painstats.vocabulary import ITEMS

_DATE = re.compile(
    r"\b(?:date|day|datum|tag|timestamp|zeitstempel|when|wann|jour|quand|horodateur|fecha|dia|cuando|marca temporal|data|"
    r"giorno|quando|informazioni cronologiche|dag|wanneer|tijdstempel|carimbo|datetime|recorded|logged|created|entry)\b"
)
_TIME = re.compile(r"\b(?:time|uhrzeit|zeit|heure|hora|ora|orario|tijd|tijdstip|clock|hour)\b")
_NO_TIME = re.compile(r"\b(?:sleep|bed|wake|duration|time (?:spent|in|on)|screen|exercise|schlaf)\b")
_PAIN = re.compile(
    r"\bpain(?:s|ful|fulness)?\b|painl|\b\w*aches?\b|\bhurt(?:s|ing)?\b|\bschmerz\w*|\w+schmerz\w*|\bkopfweh|\bweh\b|\bdouleurs?\b|"
    r"\bmal de\b|\bdolor(?:es)?\b|\bdolore\b|\bdolori\b|\bmal di\b|\bpijn\w*|\w+pijn\b|\bdor(?:es)?\b|\bnrs\b|\bvas\b|\beva\b|"
    r"\bmigra(?:ine|na|ne)\w*|\bcramps?\b|\bcefalea\b|\bkrampfe?\b"
)
_NOT_A_SCORE = re.compile(
    r"killer|mittel\b|medic|medik|tablet|\bpills?\b|\bdos[ei]s?\b|\bmg\b|\blocation|\bwhere\b|\bwo\b|\bort\b|\bduration|"
    r"\bdauer|\bhours?\b|\bstunden|\bminut|\bhow (?:many|long|often)|\bnumber of|\banzahl|\btypes?\b|\bart\b|\btriggers?\b|"
    r"\bnotes?\b(?! (?:de|sur))|comment|bemerk|notiz|descri|beschreib|\bopmerk|\bduree|\bou\b|\blieu|\bdonde\b|\bdove\b|"
    r"antidouleur|pijnstill|analges|calmant|frei\b|\bfree\b|\bdays?\b.*\bpain days|\brelief|\bkind of|\bquality of (?:the )?pain|"
    r"\bsteps?\b|\bheart|\bbpm\b|\bhrv\b|\bweight|\bcalories|\bsleep (?:duration|hours|time)"
)
_GENERIC = re.compile(
    r"\b(?:score|level|rating|value|intensity|severity|strength|wert|starke|intensitat|stufe|niveau|intensite|nivel|"
    r"intensidad|valor|livello|intensita|punteggio|valore|intensiteit|waarde|cijfer|intensidade|pontuacao|skala|scale|"
    r"symptoms?|beschwerden|beschwerde)\b"
)
_BETTER = re.compile(
    r"\b(?:wellbeing|well-being|wohlbefinden|comfort\w*|bien-etre|bienestar|benessere|welzijn|bem-estar)\b"
)
_OVERALL = re.compile(
    r"\b(?:overall|general|generally|total|gesamt\w*|allgemein\w*|insgesamt|global\w*|generale|totale|algemeen|geral|average|avg|"
    r"mean|durchschnitt\w*|moyenne|media|promedio|gemiddeld\w*)\b"
)
_STATISTIC = re.compile(
    r"\b(?:worst|max(?:imum)?|peak|highest|strongest|least|min(?:imum)?|lowest|now|current|right now|starkster?|starkste|schlimmster?|"
    r"maximal\w*|geringster?|aktuell\w*|jetzt|pire|actuel\w*|peor|actual|peggiore|attuale|ergste|huidig\w*|pior|atual|average|avg|mean|"
    r"durchschnitt\w*|moyenne|promedio|gemiddeld\w*|first|second|1|2|3)\b"
)
PERIODS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "morning",
        re.compile(
            r"\b(?:mornings?|am|wak(?:e|ing|eup)\w*|morgens?|fruh\w*|vormittags?|aufstehen|matin\w*|manana|mattin\w*|ochtend|'s ochtends|manha|schmerzmorgens?)\b"
        ),
    ),
    (
        "evening",
        re.compile(
            r"\b(?:evenings?|pm|bed ?time|abends?|soir\w*|tarde/noche|noche|sera|avond|noite|night|nachts?|nuit)\b"
        ),
    ),
    (
        "any_time",
        re.compile(
            r"\b(?:noon|midday|mid-day|lunch\w*|afternoons?|mittags?|nachmittags?|midi|apres-midi|mediodia|tarde|mezzogiorno|pomeriggio|middag)\b"
        ),
    ),
)
_SITES = {
    "back": "back rucken dos espalda schiena rug costas ruecken kreuz", "lower_back": "lumbar lws lendenwirbel",
    "neck": "neck nacken hals cou nuque cuello collo nek pescoco", "head": "head kopf tete cabeza testa hoofd cabeca headache kopfschmerz kopfschmerzen kopfweh hoofdpijn migraine migrane",
    "knee": "knee knees knie genou genoux rodilla rodillas ginocchio ginocchia joelho", "hip": "hip hips hufte huften hanche cadera anca heup quadril",
    "shoulder": "shoulder shoulders schulter schultern epaule epaules hombro hombros spalla spalle schouder ombro",
    "hand": "hand hands hande main mains mano manos mani hande handen mao maos", "wrist": "wrist wrists handgelenk poignet muneca polso pols pulso",
    "foot": "foot feet fuss fusse pied pieds pie pies piede piedi voet voeten pe pes", "ankle": "ankle ankles knochel cheville tobillo caviglia enkel tornozelo",
    "leg": "leg legs bein beine jambe jambes pierna piernas gamba gambe been benen perna pernas", "arm": "arm arms arme bras brazo brazos braccio braccia armen braco bracos",
    "elbow": "elbow elbows ellenbogen ellbogen coude codo gomito elleboog cotovelo", "abdomen": "abdomen stomach belly tummy bauch ventre abdominal vientre barriga estomago pancia addome buik",
    "pelvis": "pelvis pelvic becken bassin pelvico bacino bekken", "chest": "chest brust poitrine pecho petto borst peito",
    "jaw": "jaw kiefer machoire mandibula mascella kaak", "joints": "joint joints gelenk gelenke gelenkschmerz gelenkschmerzen articulation articulations articulaciones gewricht gewrichten",
    "thumb": "thumb daumen pouce pulgar pollice duim", "finger": "finger fingers doigt doigts dedo dedos dita vinger vingers",
    "muscle": "muscle muscles muskel muskeln musculos muscoli spieren",
}  # fmt: skip
SITES = {word: site for site, words in _SITES.items() for word in words.split()}
_SIDES = re.compile(
    r"\b(left|right|links?|rechts?|linke[rs]?|rechte[rs]?|gauche|droite?|izquierd[oa]|derech[oa]|sinistr[oa]|destr[oa]|upper|lower|l|r)\b"
)
_LEFT = ("l", "li", "ga", "iz", "si")
_COMPOUND = re.compile(r"^(?P<site>\w+?)(?:en)?(?:schmerz\w*|pijn\w*|aches?|weh)$")
_ITEM_WORDS = {
    "fatigue": "fatigue tired tiredness exhaustion mudigkeit erschopfung fatiga cansancio stanchezza vermoeidheid fadiga",
    "mood": "mood stimmung humeur animo umore stemming humor",
    "stress": "stress estres",
    "anxiety": "anxiety angst anxiete ansiedad ansia",
    "stiffness": "stiffness steifigkeit steifheit raideur rigidez rigidita stijfheid",
    "soreness": "soreness muskelkater",
    "energy": "energy energie energia",
    "sleep_quality": "sleep_quality schlafqualitat",
    "pain_interference": "interference",
}  # fmt: skip
_ID = re.compile(
    r"^(?:participant|patient|subject|person|user|name|who|id|email|email address|e-mail[- ]?adresse|nutzername|teilnehmer|"
    r"proband|nom|nombre|nome|naam|username|participant[ _]?id|patient[ _]?id|subject[ _]?id|code|pseudonym|record[ _]id|initials|"
    r"adresse e-mail|family member|child)$"
)
_ITEM_COLUMN = re.compile(
    r"\b(?:item|symptoms?|measure|metric|question|variable|what|was|type|category|name|frage|merkmal|symptome|sintoma|parameter|kategorie|tracker)\b"
)
_MISSPELT = re.compile(r"[_\-./]+")


def plain(name: str) -> str:
    """Return a name for comparison: lower case, no accents, underscores as spaces."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return " ".join(_MISSPELT.sub(" ", folded(spaced)).split())


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
    return next((period for period, pattern in PERIODS if pattern.search(plain(name))), None)


def site_of(name: str) -> str:
    """Return the part of the body that a name announces, in English words; empty if there is none."""
    words = plain(name)
    side = _SIDES.search(words)
    prefix = "" if side is None else _side(side[1])
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
