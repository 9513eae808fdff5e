"""Pain diaries: mapped CSV files and the exports of diary apps."""
