"""Findings: estimates judged by the declared rule, and how they are put into words."""

from painstats.findings.build import FindingsMade, find, read_findings
from painstats.findings.finding import Finding, Look, Origin, Verdict

__all__ = ["Finding", "FindingsMade", "Look", "Origin", "Verdict", "find", "read_findings"]
