"""The plan: ``study.toml`` read into a frozen, validated ``Study``, and where each participant was when."""
