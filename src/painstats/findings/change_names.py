"""What a change of a treatment is called: its name, its moment, and which days are compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from painstats.findings.catalogue import treatments as say
from painstats.language import plain_number
from painstats.plan.treatment_names import same_name
from painstats.questions.phrases import capital, label_text, listed
from painstats.questions.treatment.finding import Action, ChangeFinding


@dataclass(frozen=True, slots=True)
class Alteration:
    """One start, end or new dose: the treatment's name, fit to be shown, and its doses in words, empty for none."""

    name: str
    action: Action
    before: str
    after: str
    is_more: bool | None


def alterations(finding: ChangeFinding) -> tuple[Alteration, ...]:
    """List what changed, in the order of the finding."""
    rows = zip(
        finding.names, finding.actions, finding.doses_before, finding.doses_after, finding.dose_units, strict=True
    )
    return tuple(_alteration(*row) for row in rows)


def _alteration(name: str, action: Action, before: float | None, after: float | None, unit: str | None) -> Alteration:
    both = action == "dose" and before is not None and after is not None
    return Alteration(
        name=label_text(name),
        action=action,
        before=dose_words(before, None if both else unit),
        after=dose_words(after, unit),
        is_more=after > before if both and after is not None and before is not None else None,
    )


def dose_words(dose: float | None, unit: str | None) -> str:
    """Write a dose: "4.5 mg"; empty where none is known."""
    if dose is None:
        return ""
    return f"{plain_number(dose)}\u00a0{label_text(unit)}" if unit else plain_number(dose)


def treatment_key(finding: ChangeFinding) -> tuple[str, ...]:
    """Return the names of what changed, each once; two names are the same in large and small letters."""
    return tuple(sorted({same_name(name) for name in finding.names}))


def treatment_names(finding: ChangeFinding) -> str:
    """Write the names of what changed, each once: "yoga and pilates"."""
    return listed(list({each.name.casefold(): each.name for each in alterations(finding)}.values()))


def change_name(finding: ChangeFinding) -> str:
    """Write the heading above a change: "Low-dose naltrexone, 1.5 to 4.5 mg"."""
    names, changed = capital(treatment_names(finding)), alterations(finding)
    [*_, last] = changed
    if finding.change == "on_off":
        return say.NAME_WITH_DOSE.format(name=names, dose=last.after) if last.after else names
    match last:
        case _ if finding.change == "several" and set(finding.actions) == {"stop"}:
            return say.NAME_END.format(name=names, date=say.day_words(finding.last_date - timedelta(days=1)))
        case _ if finding.change == "several":
            return say.NAME_START.format(name=names, date=say.day_words(finding.first_date))
        case Alteration(action="dose", before="") | Alteration(action="dose", after=""):
            return say.NAME_NEW_DOSE.format(name=names, after=last.after)
        case Alteration(action="dose"):
            return say.NAME_DOSE.format(name=names, before=last.before, after=last.after)
        case Alteration(action="stop"):
            return say.NAME_END.format(name=names, date=say.day_words(last_day(finding)))
        case _:
            return say.NAME_START.format(name=names, date=say.day_words(finding.first_date))


def what_changed(finding: ChangeFinding) -> str:
    """Write a change without its name, for a table of all changes of a treatment."""
    [*_, last] = alterations(finding)
    match finding.change, last.action:
        case "on_off", _:
            return say.NAME_ON_OFF
        case "several", _:
            return _listed_changes(finding)
        case _, "dose":
            entry = say.NAME_STEP if last.before and last.after else say.NAME_NEW
            return entry.format(before=last.before, after=last.after)
        case _, "stop":
            return say.NAME_UNTIL.format(date=say.day_words(last_day(finding)))
        case _:
            return say.NAME_FROM.format(date=say.day_words(finding.first_date))


def when(finding: ChangeFinding) -> str:
    """Write which days are compared, without names: "After the higher dose"."""
    if finding.change == "on_off":
        return say.WHEN_ON
    if finding.change == "several":
        return say.WHEN_SEVERAL
    [only] = alterations(finding)
    if only.action == "dose":
        return {True: say.WHEN_MORE, False: say.WHEN_LESS, None: say.WHEN_DOSE}[only.is_more]
    return say.WHEN_START if only.action == "start" else say.WHEN_END


def since(finding: ChangeFinding) -> str:
    """Write which days are compared, with name and date: "After the start of yoga on 1 June 2026"."""
    if finding.change == "several":
        return say.SINCE_SEVERAL.format(date=say.day_words(finding.last_date))
    [only] = alterations(finding)
    date = say.day_words(last_day(finding) if only.action == "stop" else finding.first_date)
    entry = {
        "start": say.SINCE_START_DOSE if only.after else say.SINCE_START,
        "stop": say.SINCE_END,
        "dose": say.SINCE_DOSE if only.before and only.after else say.SINCE_NEW_DOSE,
    }[only.action]
    return entry.format(name=only.name, dose=only.after, before=only.before, after=only.after, date=date)


def moment(finding: ChangeFinding) -> str:
    """Write what happened, for "the week before …"."""
    if finding.change in ("several", "on_off"):
        return say.THESE_CHANGES
    return {"start": say.THE_START, "stop": say.THE_END, "dose": say.THE_NEW_DOSE}[finding.actions[0]]


def together(finding: ChangeFinding) -> str:
    """Say which changes are too close to be told from each other."""
    changed, days = alterations(finding), (finding.last_date - finding.first_date).days
    names = treatment_names(finding)
    variables = {"names": capital(names), "name": names, "days": say.days_words(days)}
    actions = {each.action for each in changed}
    if len(treatment_key(finding)) == 1 and actions == {"dose"}:
        return say.STEPS.format(**variables)
    if len(changed) == 2 and actions == {"start"}:
        return (say.TOGETHER_BEGAN if days else say.TOGETHER_BEGAN_DAY).format(**variables)
    if len(changed) == 2 and actions == {"stop"}:
        return (say.TOGETHER_ENDED if days else say.TOGETHER_ENDED_DAY).format(**variables)
    if actions == {"start"}:
        return (say.TOGETHER_BEGAN_WITHIN if days else say.TOGETHER_BEGAN_DAY).format(**variables)
    entry = say.TOGETHER_MIXED if days else say.TOGETHER_MIXED_DAY
    return entry.format(what=_listed_changes(finding), **variables)


def _listed_changes(finding: ChangeFinding) -> str:
    actions = set(finding.actions)
    if actions in ({"start"}, {"stop"}):
        entry = say.BEGAN if actions == {"start"} else say.ENDED
        return capital(entry.format(name=treatment_names(finding)))
    return capital(listed([_one_change(each) for each in alterations(finding)]))


def _one_change(each: Alteration) -> str:
    entry = {
        "start": say.BEGAN,
        "stop": say.ENDED,
        "dose": say.WENT if each.before and each.after else say.CHANGED,
    }[each.action]
    return entry.format(name=each.name, before=each.before, after=each.after)


def last_day(finding: ChangeFinding) -> date:
    """Return the last day of what ended: the change is dated to the day after it."""
    return finding.first_date - timedelta(days=1)
