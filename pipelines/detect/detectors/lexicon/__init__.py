"""The lexicon: curated rules per language, and the guards that tell a disclosure from a mention."""
