"""The judge: a language model of the operator's choice reads what the sieve lets through, against a rubric."""
