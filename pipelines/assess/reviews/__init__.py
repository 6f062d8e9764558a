"""What samples say: rates without the detectors' errors, and how good detectors and people are."""
