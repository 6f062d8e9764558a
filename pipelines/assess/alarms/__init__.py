"""Who must act: the questions that detectors follow day by day, what they raise, and who is called."""
