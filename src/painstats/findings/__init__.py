"""Findings: estimates judged by the declared rule, and how they are put into words."""

from painstats.findings.build import FindingsMade, find, read_findings
from painstats.findings.finding import Finding, Judged, Origin
from painstats.questions.verdict import Verdict

__all__ = ["Finding", "FindingsMade", "Judged", "Origin", "Verdict", "find", "read_findings"]
