"""Level against appetite: what was counted as rates with intervals, coverage and a status."""
