"""Pain diaries: CSV files declared in study.toml, and exports of diary apps."""
