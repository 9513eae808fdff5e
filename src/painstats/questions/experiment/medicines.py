"""Medicines that are never started and stopped in turn, whoever agreed: stopping them at once can be dangerous.

The names are a start, not a pharmacopoeia: international names, common brand names and the names of the classes.
Source: docs/method/experiments.md, "Medicines".
"""

from __future__ import annotations

import re

from painstats.frame.safety import is_opioid
from painstats.plan.treatment_names import one_spelling

CLASSES: dict[str, tuple[str, ...]] = {
    "an opioid": (
        "opioid", "opioids", "opiate", "opiates", "morphine", "codeine", "co-codamol", "dihydrocodeine", "co-dydramol",
        "oxycodone", "oxycontin", "percocet", "targin", "hydrocodone", "vicodin", "norco", "hydromorphone", "dilaudid",
        "oxymorphone", "fentanyl", "duragesic", "buprenorphine", "butrans", "suboxone", "subutex", "methadone",
        "levomethadone", "tapentadol", "nucynta", "palexia", "tramadol", "ultram", "tramacet", "tilidine", "pethidine",
        "meperidine", "meptazinol", "pentazocine", "nalbuphine", "butorphanol", "levorphanol", "sufentanil",
        "diamorphine", "piritramide", "ms contin", "kratom",
    ),
    "a benzodiazepine or a z-drug": (
        "benzodiazepine", "benzodiazepines", "benzo", "benzos", "diazepam", "valium", "lorazepam", "ativan", "tavor",
        "clonazepam", "klonopin", "rivotril", "alprazolam", "xanax", "temazepam", "oxazepam", "nitrazepam",
        "bromazepam", "midazolam", "triazolam", "flurazepam", "lormetazepam", "chlordiazepoxide", "librium",
        "clobazam", "tetrazepam",
        "estazolam", "clorazepate", "zolpidem", "ambien", "stilnox", "zopiclone", "eszopiclone", "lunesta", "zaleplon",
        "z-drug", "z-drugs", "sleeping pill", "sleeping pills", "sleeping tablet", "sleeping tablets",
    ),
    "a gabapentinoid or another antiepileptic": (
        "gabapentinoid", "gabapentinoids", "gabapentin", "neurontin", "gralise", "pregabalin", "lyrica", "mirogabalin",
        "antiepileptic", "antiepileptics", "anticonvulsant", "anticonvulsants", "carbamazepine", "tegretol",
        "oxcarbazepine", "eslicarbazepine", "lamotrigine", "lamictal", "levetiracetam", "keppra", "brivaracetam",
        "topiramate", "topamax", "valproate", "valproic acid", "depakote", "epilim", "phenytoin", "phenobarbital",
        "phenobarbitone", "primidone", "lacosamide", "zonisamide", "tiagabine", "vigabatrin", "ethosuximide",
        "perampanel", "rufinamide", "felbamate", "cenobamate",
    ),
    "an antidepressant": (
        "antidepressant", "antidepressants", "ssri", "ssris", "snri", "snris", "tricyclic", "tricyclics",
        "amitriptyline", "nortriptyline", "imipramine", "clomipramine", "desipramine", "doxepin", "trimipramine",
        "dosulepin", "duloxetine", "cymbalta", "venlafaxine", "effexor", "desvenlafaxine", "milnacipran", "savella",
        "levomilnacipran", "fluoxetine", "prozac", "sertraline", "zoloft", "lustral", "citalopram", "celexa",
        "escitalopram", "lexapro", "cipralex", "paroxetine", "paxil", "seroxat", "fluvoxamine", "mirtazapine",
        "remeron", "mianserin", "trazodone", "vortioxetine", "bupropion", "wellbutrin", "agomelatine", "reboxetine",
        "phenelzine", "tranylcypromine", "moclobemide", "maoi", "maois",
    ),
    "a steroid": (
        "steroid", "steroids", "corticosteroid", "corticosteroids", "glucocorticoid", "glucocorticoids", "cortisone",
        "cortisol", "hydrocortisone", "prednisone", "prednisolone", "methylprednisolone", "medrol", "dexamethasone",
        "betamethasone", "triamcinolone", "deflazacort", "budesonide", "fludrocortisone",
    ),
    "a muscle relaxant like baclofen": ("baclofen", "lioresal"),
    "clonidine or a medicine like it": (
        "clonidine", "catapres", "catapresan", "tizanidine", "guanfacine", "lofexidine",
    ),
    "a beta-blocker": (
        "beta-blocker", "beta-blockers", "betablocker", "betablockers", "β-blocker",
        "β-blockers", "propranolol", "inderal", "metoprolol", "atenolol", "bisoprolol", "nadolol", "timolol",
        "carvedilol", "nebivolol", "sotalol", "labetalol", "acebutolol", "betaxolol", "pindolol", "celiprolol",
    ),
}  # fmt: skip
"""What a medicine is, to its names in small letters."""

_SIGNS_OF_MEDICINE = re.compile(
    r"\d\s*(mg|mcg|µg|μg|ug)\b|\b(tablets?|pills?|capsules?|suppositor(y|ies)|medicines?|medications?|drugs?)\b"
)


def listed_medicine(text: str) -> tuple[str, str] | None:
    """Return the first listed medicine that a text names, and what it is; None if there is none.

    Names count as whole words, in large or small letters and with or without a last e: "Prednisolon 10 mg" names one,
    "steroidal" does not. Opioids are found by every name that the notice about opioids and naltrexone knows as well.
    """
    words = " ".join(text.casefold().split())
    spelled = one_spelling(words)
    for what, names in CLASSES.items():
        for name in names:
            if re.search(rf"(?<!\w){re.escape(one_spelling(name).removesuffix('e'))}e?(?!\w)", spelled):
                return name, what
    return (words, "an opioid") if is_opioid(words) else None


def is_like_medicine(text: str) -> bool:
    """Whether a text speaks of a medicine: it has a dose by mass, or says tablet, pill, capsule, medicine or drug."""
    return _SIGNS_OF_MEDICINE.search(text.casefold()) is not None
