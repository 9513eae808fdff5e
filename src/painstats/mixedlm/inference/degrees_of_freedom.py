"""The default choice between the Kenward-Roger and the Satterthwaite method."""

from __future__ import annotations

from painstats.mixedlm.engine.fit import MixedFit
from painstats.mixedlm.engine.rows import ModelRows
from painstats.mixedlm.inference.coefficients import CoefficientTable
from painstats.mixedlm.inference.kenward_roger import kenward_roger
from painstats.mixedlm.inference.satterthwaite import satterthwaite

MIN_PARTICIPANTS_FOR_SATTERTHWAITE = 30
"""With fewer participants, standard errors and degrees of freedom are adjusted by the Kenward-Roger method."""


def coefficient_table(fit: MixedFit, rows: ModelRows) -> CoefficientTable:
    """Test every coefficient: by the Kenward-Roger method with fewer than 30 participants, else by Satterthwaite's."""
    if fit.random and fit.reml and len(fit.participants) < MIN_PARTICIPANTS_FOR_SATTERTHWAITE:
        return kenward_roger(fit, rows)
    return satterthwaite(fit)
