"""Checklists of reporting guidelines as tables "item, where": the file of ``results/``, or that the author writes it.

STROBE for cohorts (items 4 to 17 and 22) and RECORD for exports of devices always; CENT 2015 only for planned
experiments of single participants; the flow of CONSORT only if arms were drawn by lot.

References
----------
von Elm et al. 2007, Lancet 370:1453 (STROBE); Benchimol et al. 2015, PLoS Med 12:e1001885 (RECORD); Vohra et al. 2015,
BMJ 350:h1738 (CENT); Schulz et al. 2010, BMJ 340:c332 (CONSORT).
"""

from __future__ import annotations

import polars as pl

from painstats.plan.study import Plan

AUTHOR = "to be written by the authors"

STROBE = {
    "4 study design": "methods.md, plan",
    "5 setting": f"dates: methods.md; places: {AUTHOR}",
    "6 participants": f"methods.md, flow; how they were found: {AUTHOR}",
    "7 variables": "methods.md; study.toml",
    "8 data sources and measurement": "methods.md, outcome and exposures",
    "9 bias": "methods.md, missing days and sensitivity; missing_days, specification",
    "10 study size": f"painstats power; why this size: {AUTHOR}",
    "11 quantitative variables": "methods.md, outcome and exposures; study.toml, [variables]",
    "12 statistical methods": "methods.md, model, questions, missing days and sensitivity",
    "13 participants": "flow",
    "14 descriptive data": "table_one",
    "15 outcome data": "table_one (mean rating); effect (days)",
    "16 main results": "effect (is_primary)",
    "17 other analyses": "effect, family, own_value, missing_days, specification, left_out",
    "22 funding": AUTHOR,
}
RECORD = {
    "1.1-1.3 type of data, region and time, linkage in title or abstract": AUTHOR,
    "6.1 how participants were selected from the data": "flow; study.toml, [analysis] population",
    "6.2 validation of the selection": AUTHOR,
    "6.3 linkage of records": "one folder for each participant; no records were linked by their content",
    "7.1 codes and rules that define the variables": "study.toml; methods.md, outcome and exposures",
    "12.1 access to the data": AUTHOR,
    "12.2 cleaning of the data": "painstats quarantine (rejected rows); methods.md, outcome and exposures",
    "13.1 selection of participants by quality and availability of data": "flow",
    "19.1 implications of data not collected for research": AUTHOR,
    "22.1 access to protocol, data and code": "painstats plan; painstats export --deidentify",
}
CENT = {
    "3a design, with the number of periods": "painstats experiment list; reports/experiments",
    "5 treatments of each period": "reports/experiments",
    "6a outcomes": "methods.md, outcome and exposures",
    "8a how the order was drawn": "reports/experiments",
    "12a statistical methods for one participant": "docs/method/experiments.md",
    "13a participants who began, stopped and finished": "painstats experiment list",
    "17a results of each participant": "reports (not for sharing)",
    "19 harms": AUTHOR,
}
CONSORT = {"13a-b flow of participants by arm": "flow (by group)"}


def checklist(plan: Plan) -> pl.DataFrame:
    """Return the checklists that apply to a plan: ``guideline``, ``item`` and ``where``."""
    lists = {"STROBE": STROBE, "RECORD": RECORD}
    if any(question.kind == "experiment" for question in plan.declared_questions):
        lists["CENT 2015"] = CENT
    if plan.analysis.arms_drawn_by_lot:
        lists["CONSORT"] = CONSORT
    rows = [(name, item, where) for name, items in lists.items() for item, where in items.items()]
    return pl.DataFrame(rows, schema=dict.fromkeys(("guideline", "item", "where"), pl.String), orient="row")
