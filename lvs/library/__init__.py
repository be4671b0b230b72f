"""From disk to store: who is there, what is new, what has gone."""
