"""The judge: a language model of the operator's choice reads what passes the sieve, against a rubric."""
