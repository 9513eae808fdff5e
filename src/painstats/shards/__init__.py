"""The stages of a run that need nobody but one participant, in each shard of a study: reading and the daily table."""
