"""What may be shown of the address of a database or a bucket: never what could be a part of its password.

People write passwords into addresses without escaping them. Where more than one reading is possible, only the
scheme is shown; user, port and parameters never are.
"""

from __future__ import annotations

import re

SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
ADDRESS = re.compile(
    r"(?:[^/?#@]*@)?(?P<host>[\w.-]*|\[[0-9A-Fa-f:.]+\])(?::\d*)?(?P<path>/[^@?#]*)?(?P<more>[?#][^@]*)?"
)
"""After the scheme. An at sign stands once, before the host: else a password is not escaped."""
PLAIN_PATH = re.compile(r"[\w./ =~,+*-]*")
"""Of a database's name or a folder; no sign that parameters begin with."""
ESCAPED_AT = re.compile("%40")
TOLD_BY_LINK = ("http", "https")
"""Services whose paths may be a secret themselves."""
REST = "..."


def show_address(address: str) -> str:
    """The scheme of an address, and host and path where they are certain."""
    scheme, mark, rest = address.partition("://")
    if not mark or SCHEME.fullmatch(scheme) is None:
        return "the address"
    parsed = ADDRESS.fullmatch(rest)
    if parsed is None or ESCAPED_AT.search(parsed["more"] or ""):
        return f"{scheme}://{REST}"
    path = parsed["path"] or ""
    if scheme.lower() in TOLD_BY_LINK or PLAIN_PATH.fullmatch(path) is None:
        path = f"/{REST}" if path else ""
    return f"{scheme}://{parsed['host']}{path}"
