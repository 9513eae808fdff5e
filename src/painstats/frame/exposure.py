"""An exposure: a measure of a device, and how many days before the outcome it was taken."""

from __future__ import annotations

from dataclasses import dataclass

from painstats.vocabulary import MEASURES, Measure


@dataclass(frozen=True, slots=True)
class Exposure:
    """A measure and its lag in days; each has three columns in the model frame.

    Parameters
    ----------
    measure
        Name of a measure of the vocabulary.
    lag_days
        Days between the measure and the outcome. 0 is the night that ends on the day of the outcome, or the same day.
    """

    measure: str
    lag_days: int

    @property
    def definition(self) -> Measure:
        """The measure's entry in the vocabulary."""
        return MEASURES[self.measure]

    @property
    def name(self) -> str:
        """Name of the column of its values, ``step_count_lag1``."""
        return f"{self.measure}_lag{self.lag_days}"

    @property
    def within(self) -> str:
        """Name of the column of a day's departure from the participant's own mean."""
        return f"{self.name}_within"

    @property
    def between(self) -> str:
        """Name of the column of the participant's mean against the mean over participants."""
        return f"{self.name}_between"
