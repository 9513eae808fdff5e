"""The forms in which diaries are kept (tables, workbooks, notes, JSON): each becomes rows of text cells."""
