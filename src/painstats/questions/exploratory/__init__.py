"""What the exploratory kinds of question share: own contrasts, averages, families, tables, and cards."""
