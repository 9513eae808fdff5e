"""The inference functions of the package as methods of a model's results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from painstats.errors import PainstatsError
from painstats.mixedlm.checks.influence import Influence, influence
from painstats.mixedlm.checks.residual_checks import ResidualChecks, residual_checks
from painstats.mixedlm.checks.residual_pattern import ResidualPattern, residual_pattern
from painstats.mixedlm.engine.fit import MixedFit
from painstats.mixedlm.engine.rows import INTERCEPT
from painstats.mixedlm.inference.cluster_robust import cluster_robust
from painstats.mixedlm.inference.coefficients import CoefficientTable
from painstats.mixedlm.inference.participant_slopes import ParticipantSlope, participant_slopes
from painstats.mixedlm.inference.profile_intervals import VarianceInterval, variance_intervals
from painstats.mixedlm.inference.refit_bootstrap import Bootstrap, Kind, cluster_bootstrap, parametric_bootstrap
from painstats.mixedlm.inference.residual_intervals import residual_intervals


class InferenceMethods:
    """Methods of ``CAR1MixedLMResults``; each calls the function that its documentation names."""

    model: Any
    mixed_fit: MixedFit

    def person_slopes(
        self,
        names: Sequence[str] | None = None,
        *,
        seed: int = 0,
        weighted: bool | None = None,
        outcome_range: float = 10.0,
    ) -> tuple[ParticipantSlope, ...]:
        """Estimate every participant's own slopes, with 95% intervals (``participant_slopes``).

        Parameters
        ----------
        names
            Columns with random effects, as the model names them; all but the intercept by default.
        seed, weighted, outcome_range
            As in ``participant_slopes``.
        """
        if names is None:
            names = [name for name in self.mixed_fit.random if name != INTERCEPT]
        by_model = dict(zip(map(str, self.model.exog_names), self.mixed_fit.names, strict=True))
        wanted = [by_model.get(name, name) for name in names]
        rows = self.model.rows
        return participant_slopes(
            self.mixed_fit, wanted, seed, weighted=weighted, outcome_range=outcome_range, rows=rows
        )

    def residual_checks(self) -> ResidualChecks:
        """Check that residuals are white, normal and equally variable across participants (``residual_checks``).

        Raises
        ------
        PainstatsError
            If the model was made from a relation, whose rows stayed in the database.
        """
        return residual_checks(self.mixed_fit, self.model.require_rows("residual checks"))

    def residual_pattern(self) -> ResidualPattern:
        """Look for a pattern over days that the residual model does not describe (``residual_pattern``).

        Raises
        ------
        PainstatsError
            If the model was made from a relation, whose rows stayed in the database.
        """
        return residual_pattern(self.mixed_fit, self.model.require_rows("residual pattern"))

    def residual_intervals(self, level: float = 0.95) -> tuple[VarianceInterval, ...]:
        """Return approximate intervals of rho and of the share of white noise (``residual_intervals``)."""
        return residual_intervals(self.mixed_fit, level=level)

    def variance_intervals(self, level: float = 0.95) -> tuple[VarianceInterval, ...]:
        """Return the profile interval of every variance parameter (``variance_intervals``)."""
        return variance_intervals(self.mixed_fit, level=level)

    def bootstrap(
        self,
        kind: Kind = "participants",
        *,
        refits: int = 1000,
        seed: int = 0,
        level: float = 0.95,
        workers: int = 1,
    ) -> Bootstrap:
        """Refit the model to participants drawn with replacement, or to outcomes simulated from it.

        Parameters
        ----------
        kind
            ``"participants"`` (``cluster_bootstrap``), or ``"parametric"`` (``parametric_bootstrap``), which needs the
            rows.
        refits, seed, level, workers
            As in ``cluster_bootstrap``.

        Raises
        ------
        PainstatsError
            If ``kind`` is neither, or a model of a relation is to be simulated.
        NotEnoughData
            If participants are to be drawn and there are fewer than ten.
        """
        if kind == "participants":
            return cluster_bootstrap(self.mixed_fit, refits=refits, seed=seed, level=level, workers=workers)
        if kind != "parametric":
            raise PainstatsError(f"kind must be 'participants' or 'parametric', not {kind!r}")
        rows = self.model.require_rows("parametric bootstrap")
        return parametric_bootstrap(self.mixed_fit, rows, refits=refits, seed=seed, level=level, workers=workers)

    def influence(self, *, workers: int = 1) -> Influence:
        """Leave out one participant at a time and refit all parameters (``influence``)."""
        return influence(self.mixed_fit, workers=workers)

    def cluster_robust(self) -> CoefficientTable:
        """Test every coefficient with CR2 standard errors, which assume only independent participants."""
        return cluster_robust(self.mixed_fit)
