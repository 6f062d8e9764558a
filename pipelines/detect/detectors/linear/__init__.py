"""The linear detector: hashed n-grams with small weights, joined with what the rules saw, calibrated."""
