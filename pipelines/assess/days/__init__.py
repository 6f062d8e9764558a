"""Which days there are and what is known of their data: calendar, state, volume, what needs an engineer."""
