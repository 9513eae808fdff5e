"""The sentences of findings: every sentence and phrase that a report shows about one, whole, with named variables."""
