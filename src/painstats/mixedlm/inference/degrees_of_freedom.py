"""The default choice between the Kenward-Roger and Satterthwaite methods."""

from __future__ import annotations

from painstats.mixedlm.engine.fit import MixedFit
from painstats.mixedlm.engine.rows import ModelRows
from painstats.mixedlm.inference.coefficients import CoefficientTable
from painstats.mixedlm.inference.kenward_roger import kenward_roger
from painstats.mixedlm.inference.satterthwaite import satterthwaite

MIN_PARTICIPANTS_FOR_SATTERTHWAITE = 30
"""With fewer people than this, standard errors are adjusted by Kenward and Roger's method."""


def coefficient_table(fit: MixedFit, rows: ModelRows) -> CoefficientTable:
    """Test every coefficient: by Kenward and Roger's method with fewer than 30 people, else by Satterthwaite's."""
    if fit.random and fit.reml and len(fit.participants) < MIN_PARTICIPANTS_FOR_SATTERTHWAITE:
        return kenward_roger(fit, rows)
    return satterthwaite(fit)
