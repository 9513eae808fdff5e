"""The questions that painstats asks of a study, one folder for each kind."""
