"""The front door: the `plimsoll` command. It imports everyone and is imported by nobody."""
