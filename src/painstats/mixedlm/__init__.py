"""A linear mixed model for daily data, and inference from it.

For participant i on day t

    y_it = x_it' b + z_it' u_i + e_it,    u_i ~ N(0, G),    Cov(e_it, e_is) = sigma^2 rho^|t - s|

b are the fixed effects, u_i the random effects (correlated, G unstructured), and residuals d days apart have
correlation rho^d, whatever days are missing. With ``residuals="car1+white"`` a share w of their variance is white noise
of single days, and the correlation is (1 - w) rho^d.

- ``model``, ``results`` and ``summary``: ``CAR1MixedLM``, with the interface of statsmodels.
- ``engine``: the exact restricted likelihood, which depends on the rows only through sums of products by participant
  and gap (``cross_products``), its derivatives, and its optimum with a certificate. With white noise it depends on
  every row, through tridiagonal matrices (``white_products``).
- ``inference``: Kenward-Roger and Satterthwaite tests, profile intervals, bootstraps, participants' own slopes
  integrated over the variance parameters, and the two-stage mean, which checks the fixed effects by other means.
- ``checks``: residuals, influence, the bootstrap over participants, the shift test, and statsmodels' own fit.
- ``sql``: the sums computed by DuckDB.

The package knows no study and imports nothing of painstats but its errors.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from painstats.mixedlm.checks.influence import Influence, influence
from painstats.mixedlm.checks.participant_bootstrap import ParticipantBootstrap, participant_bootstrap
from painstats.mixedlm.checks.residual_checks import ResidualChecks, residual_checks, whitened_residuals
from painstats.mixedlm.checks.residual_pattern import ResidualPattern, residual_pattern
from painstats.mixedlm.checks.shift_test import ShiftTest, shift_test, shift_test_over_participants
from painstats.mixedlm.checks.statsmodels_check import StatsmodelsCheck, statsmodels_check
from painstats.mixedlm.engine.car1_whitening import unwhiten, whiten
from painstats.mixedlm.engine.certificate import SINGULAR_VARIANCE
from painstats.mixedlm.engine.cross_products import CrossProducts, of_participants
from painstats.mixedlm.engine.fit import MixedFit, Residuals, fit_cross_products, fit_mixed
from painstats.mixedlm.engine.rows import INTERCEPT, ModelRows, model_rows, without_repeats
from painstats.mixedlm.engine.summed_rows import cross_products
from painstats.mixedlm.inference.cluster_robust import cluster_robust
from painstats.mixedlm.inference.coefficients import Coefficient, CoefficientTable, coefficient
from painstats.mixedlm.inference.degrees_of_freedom import coefficient_table
from painstats.mixedlm.inference.kenward_roger import kenward_roger
from painstats.mixedlm.inference.one_participant import (
    ParticipantFit,
    fit_each_participant,
    fit_one_participant,
    participant_rows,
)
from painstats.mixedlm.inference.participant_noise import ParticipantNoise, participant_weights
from painstats.mixedlm.inference.participant_slopes import ParticipantSlope, henderson_covariances, participant_slopes
from painstats.mixedlm.inference.profile_intervals import (
    VarianceInterval,
    correlation_interval,
    residual_sd_interval,
    rho_interval,
    sd_interval,
    variance_intervals,
)
from painstats.mixedlm.inference.r_squared import RSquared, r_squared
from painstats.mixedlm.inference.refit_bootstrap import (
    MIN_PARTICIPANTS_FOR_BOOTSTRAP,
    Bootstrap,
    BootstrapInterval,
    BootstrapTest,
    cluster_bootstrap,
    likelihood_ratio_bootstrap,
    parametric_bootstrap,
)
from painstats.mixedlm.inference.refits import Refits
from painstats.mixedlm.inference.residual_intervals import residual_intervals
from painstats.mixedlm.inference.satterthwaite import satterthwaite
from painstats.mixedlm.inference.slope_variance import SlopeVariance, mixture_p, slope_variance
from painstats.mixedlm.inference.two_stage import (
    OwnCoefficient,
    TwoStage,
    agrees_with_two_stage,
    coefficients_by_participant,
    two_sided_p,
    two_stage,
)
from painstats.mixedlm.sql.column_roles import ColumnRoles
from painstats.mixedlm.sql.cross_products_of import cross_products_of, cross_products_of_frame

if TYPE_CHECKING:
    from painstats.mixedlm.model import CAR1MixedLM
    from painstats.mixedlm.results import CAR1MixedLMResults, CAR1MixedLMResultsWrapper

__all__ = [
    "INTERCEPT",
    "MIN_PARTICIPANTS_FOR_BOOTSTRAP",
    "SINGULAR_VARIANCE",
    "Bootstrap",
    "BootstrapInterval",
    "BootstrapTest",
    "CAR1MixedLM",
    "CAR1MixedLMResults",
    "CAR1MixedLMResultsWrapper",
    "Coefficient",
    "CoefficientTable",
    "ColumnRoles",
    "CrossProducts",
    "Influence",
    "MixedFit",
    "ModelRows",
    "OwnCoefficient",
    "ParticipantBootstrap",
    "ParticipantFit",
    "ParticipantNoise",
    "ParticipantSlope",
    "RSquared",
    "Refits",
    "ResidualChecks",
    "ResidualPattern",
    "Residuals",
    "ShiftTest",
    "SlopeVariance",
    "StatsmodelsCheck",
    "TwoStage",
    "VarianceInterval",
    "agrees_with_two_stage",
    "cluster_bootstrap",
    "cluster_robust",
    "coefficient",
    "coefficient_table",
    "coefficients_by_participant",
    "correlation_interval",
    "cross_products",
    "cross_products_of",
    "cross_products_of_frame",
    "fit_cross_products",
    "fit_each_participant",
    "fit_mixed",
    "fit_one_participant",
    "henderson_covariances",
    "influence",
    "kenward_roger",
    "likelihood_ratio_bootstrap",
    "mixture_p",
    "model_rows",
    "of_participants",
    "parametric_bootstrap",
    "participant_bootstrap",
    "participant_rows",
    "participant_slopes",
    "participant_weights",
    "r_squared",
    "residual_checks",
    "residual_intervals",
    "residual_pattern",
    "residual_sd_interval",
    "rho_interval",
    "satterthwaite",
    "sd_interval",
    "shift_test",
    "shift_test_over_participants",
    "slope_variance",
    "statsmodels_check",
    "two_sided_p",
    "two_stage",
    "unwhiten",
    "variance_intervals",
    "whiten",
    "whitened_residuals",
    "without_repeats",
]

_AS_STATSMODELS = {
    "CAR1MixedLM": "painstats.mixedlm.model",
    "CAR1MixedLMResults": "painstats.mixedlm.results",
    "CAR1MixedLMResultsWrapper": "painstats.mixedlm.results",
}


def __getattr__(name: str) -> object:
    """Import what has the interface of statsmodels when it is asked for: statsmodels and pandas take over a second."""
    if name not in _AS_STATSMODELS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_AS_STATSMODELS[name]), name)
