"""What a paper needs of a cohort analysis: who took part, the methods text, checklists, tables for LaTeX and Word."""
