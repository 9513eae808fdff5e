"""The daily question: whether an outcome goes with the sleep of the night before and the steps of the day before."""
