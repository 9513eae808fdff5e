"""Pain diaries: files kept by hand, declared in study.toml or concluded, and exports of diary apps."""
