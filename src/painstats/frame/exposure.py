"""An exposure: a measure and its lag, the number of days by which it precedes the outcome."""

from __future__ import annotations

from dataclasses import dataclass

from painstats.vocabulary import MEASURES, Measure


@dataclass(frozen=True, slots=True)
class Exposure:
    """A measure and its lag in days; it has four columns in the model frame.

    Parameters
    ----------
    measure
        Name of a measure in the vocabulary.
    lag_days
        Days from the measure to the outcome. 0 is the same day, or the night that ends on the day of the outcome.
    """

    measure: str
    lag_days: int

    @property
    def definition(self) -> Measure:
        """The measure's entry in the vocabulary."""
        return MEASURES[self.measure]

    @property
    def moment(self) -> tuple[int, bool]:
        """When it ends, in the order of time: its date against that of the outcome, then whether it is of the daytime.

        A night belongs to the date on which it ends, so it comes before what is done on that date.
        """
        return -self.lag_days, self.definition.lag_days > 0

    @property
    def name(self) -> str:
        """Name of the column of values, such as ``step_count_lag1``."""
        return f"{self.measure}_lag{self.lag_days}"

    @property
    def within(self) -> str:
        """Name of the column of a day's deviation from the participant's own mean."""
        return f"{self.name}_within"

    @property
    def unknown(self) -> str:
        """Name of the column that is 1 on days on which the measure is unknown, else 0."""
        return f"{self.name}_unknown"

    @property
    def few_steps(self) -> str:
        """Name of the column, of steps only, that is true where few steps count because the device was worn."""
        return f"{self.name}_few"

    @property
    def between(self) -> str:
        """Name of the column of the deviation of a participant's mean from the mean over participants."""
        return f"{self.name}_between"


def precedes(earlier: Exposure, later: Exposure) -> bool:
    """Whether an exposure ends before another one; neither of two measures of the same night or day does.

    A model of a later one is adjusted for it, one of an earlier one never: a part of the earlier one's effect may run
    through what comes later (docs/method/questions.md, total, not direct).
    """
    return earlier.moment < later.moment
