"""The residual correlation of refits: with white noise beside CAR(1) it is held at its fitted values.

One principle: whatever is refitted to other participants, outcomes, weights or variances holds rho and the white share
at their fitted values. Whitened at them, rows are independent, so the fit's cross-products are those of a model with
independent residuals, and everything that works for such a model works for them. The cross-products carry the
log-determinants of the residual correlation, so likelihoods are those of the days.

Fixed effects are nearly independent of rho and the white share, so holding these hardly changes the spread of refitted
effects; it leaves out their share in the uncertainty of the other variances. ``residual_intervals`` shows the
uncertainty of rho and the white share themselves.

A fit whose white share ended at zero is a CAR(1) fit: its refits estimate rho again.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from painstats.mixedlm.engine.cross_products import CrossProducts, with_residual_scale
from painstats.mixedlm.engine.fit import MixedFit, fit_cross_products
from painstats.mixedlm.engine.rows import Floats, ModelRows
from painstats.mixedlm.engine.summed_rows import cross_products
from painstats.mixedlm.engine.white_optimum import white_problem
from painstats.mixedlm.engine.white_profile import whitened_products


def holds_residuals(fit: MixedFit) -> bool:
    """Return whether refits hold rho and the white share: whether the share is not zero."""
    return fit.white_share > 0


def of_whitened_rows(fit: MixedFit) -> MixedFit:
    """Return the same fit as one of whitened rows with independent residuals; the fit itself if nothing is held."""
    if not holds_residuals(fit):
        return fit
    optimum = replace(
        fit.optimum, rho=0.0, rho_is_fixed=True, rho_is_free=False, white_share=0.0, white_share_is_free=False
    )
    return replace(fit, residuals="independent", rho=0.0, white_share=0.0, optimum=optimum, whitened=None)


def products_for_refit(fit: MixedFit, rows: ModelRows) -> CrossProducts:
    """Return the cross-products of rows with the fit's columns and participants, whitened and weighted like the fit's.

    Their outcome may be another one.
    """
    if holds_residuals(fit):
        problem = white_problem(rows, fit.reml, fit.optimum.correlated)
        products = whitened_products(problem, fit.rho, fit.white_share)
    else:
        products = cross_products(rows)
    return with_residual_scale(products, fit.products.residual_scale)


def refitted_with_weights(fit: MixedFit, residual_scale: Floats) -> MixedFit:
    """Refit the model with other relative residual SDs (N,) of the participants; a fixed rho remains fixed."""
    again = _refitted(fit, with_residual_scale(fit.products, residual_scale))
    if fit.whitened is None:
        return again
    weight = (fit.products.residual_scale / residual_scale) ** 2
    whitened = replace(fit.whitened, sums=fit.whitened.sums * weight[:, None])
    return replace(again, whitened=whitened, column_products=fit.column_products)


def at_residuals_of(other: MixedFit, fit: MixedFit, rows: ModelRows) -> MixedFit:
    """Return a fit to rows refitted at the rho and white share of another fit to them, if either holds its own.

    Where the share of the other is zero, rho is estimated. The result is for refits and likelihoods: it has no
    derivatives in rho and the white share.
    """
    if not (holds_residuals(fit) or holds_residuals(other)):
        return fit
    moved = replace(fit, rho=other.rho, white_share=other.white_share)
    return _refitted(moved, products_for_refit(moved, rows))


def held_rho(fit: MixedFit, rho: Floats) -> Floats:
    """Return rho (B,) of refits as it is reported: the held value, where it is held and the refit was possible."""
    return np.where(np.isfinite(rho), fit.rho, np.nan) if holds_residuals(fit) else rho


def _refitted(fit: MixedFit, products: CrossProducts) -> MixedFit:
    """Fit the same model to other cross-products, and report the held rho and white share."""
    whitened = of_whitened_rows(fit)
    again = fit_cross_products(
        products,
        residuals="car1" if whitened.residuals == "car1+white" else whitened.residuals,  # the share ended at zero
        reml=fit.reml,
        rho=whitened.rho if whitened.optimum.rho_is_fixed else None,
        correlated=fit.optimum.correlated,
    )
    if not holds_residuals(fit):
        return replace(again, residuals=fit.residuals)
    optimum = replace(
        again.optimum,
        rho=fit.rho,
        rho_is_fixed=False,
        rho_is_free=fit.optimum.rho_is_free,
        white_share=fit.white_share,
        white_share_is_free=fit.optimum.white_share_is_free,
    )
    return replace(again, residuals=fit.residuals, rho=fit.rho, white_share=fit.white_share, optimum=optimum)
