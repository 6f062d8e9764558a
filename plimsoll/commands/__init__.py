"""One module a family of commands; each reads its arguments, calls the packages, and prints."""
