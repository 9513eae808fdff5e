"""Personal and cohort reports: figures, tables and words in self-contained pages."""

from painstats.reports.write import write_reports

__all__ = ["write_reports"]
