"""The stages of a run that need the rows of one participant only, in each shard: reading and the daily table."""
