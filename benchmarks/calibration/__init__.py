"""Do verdicts keep their promises? Simulated years of diaries with known truth, row by row of a declared grid."""
