"""The page for a clinic visit: one side of A4 for each participant, to be read in a minute."""
