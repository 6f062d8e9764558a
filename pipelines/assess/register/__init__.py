"""Between data and register: counts of it, classes of likelihood, what is proposed to people."""
