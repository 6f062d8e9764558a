"""The demonstration's own sample: two invented operators' log exports, and what was planted in them."""
