"""Takes erased people's records out of the delivered files that lie in the inbox.

How a file is written anew is `replacing`'s business. Files outside the home are the operator's.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyarrow.compute as pc

from pipelines.errors import PlimsollError
from pipelines.ingest.delivery import find_files, load_folder_mapping
from pipelines.ingest.files.below import look_below
from pipelines.ingest.files.lines import UNREADABLE, fingerprint
from pipelines.ingest.inbox import find_mappings
from pipelines.ingest.pseudonymise import Pseudonymiser, load_key
from pipelines.ingest.removal.attribution import Attribution, Covers, file_names_any
from pipelines.ingest.removal.remainder import count_left
from pipelines.ingest.removal.replacing import Announce, Found, Withdrawal, replace_files, tell_path
from pipelines.ingest.sources import make_source
from pipelines.lake import lake as lakes
from pipelines.schemas import ledger
from pipelines.settings import Home


def withdraw(
    home: Home,
    covers: Covers,
    *,
    raw_ids: Iterable[str] = (),
    is_rehearsal: bool = False,
    announce: Announce = lambda _: None,
) -> Withdrawal:
    """Take every record out that `covers` names; a rehearsal only counts.

    Args:
        home: the home whose inbox it is.
        covers: whether (deployment, user, thread) is to go.
        raw_ids: the operator's own ids of the person, to find them in records that cannot be read.
        announce: is told of the files that will lose records, before any does.
    """
    result = Withdrawal(raw_ids=set(raw_ids))
    ids: dict[str, set[str]] = {}  # by deployment: in another the same id is somebody else's
    found: list[Found] = []
    folders: dict[Path, Attribution] = {}
    pseudonymiser = Pseudonymiser(load_key(home.keys))
    for folder in (path.parent for path in find_mappings(home.inbox)):
        try:
            mapping = load_folder_mapping(folder)
            known = ids.setdefault(mapping.deployment.id, set())
            about = Attribution(mapping, make_source(mapping), pseudonymiser, covers, known)
        except PlimsollError as error:
            result.unchecked.append(f"inbox/{folder.name}: {error}")
            continue
        folders[folder] = about
        known |= about.select_ids(raw_ids)
        found += _find(home, folder, about, result)
        result.raw_ids |= known
    _look_elsewhere(home, result)
    wanted = [one for one in found if one.items]
    if is_rehearsal:
        result.files = [one.tell(home) for one in wanted]
    else:
        announce([one.tell(home) for one in wanted])
        replace_files(home, wanted, result, is_erasure=True)
        _tell_left(home, folders, result)
    return result


def _tell_left(home: Home, folders: dict[Path, Attribution], result: Withdrawal) -> None:
    for folder, about in folders.items():
        for path, count in count_left(folder, about, inbox=home.inbox).items():
            result.unchecked.append(
                f"{tell_path(home, path)}: an ingest would still read {count} messages or events of "
                "erased people from it; delete the file, or deliver it without them"
            )


def _find(home: Home, folder: Path, about: Attribution, result: Withdrawal) -> list[Found]:
    paths = find_files(folder, inbox=home.inbox).readable
    found: list[Found] = []
    for _pass in range(2):  # ids that a later file teaches may stand in an earlier one
        found, failed = [], []
        for path in paths:
            try:
                found.append(Found(path, frozenset(about.find_items(path)), about))
            except OSError:
                failed.append(path)
    for path in failed:
        try:
            named = file_names_any(path, about.raw_ids)
        except UNREADABLE as error:
            named = True
            result.tell_damaged(path, tell_path(home, path), error)
            continue
        if named:
            result.unchecked.append(f"{tell_path(home, path)}: it is damaged and names the person; delete it")
    return found


def _look_elsewhere(home: Home, result: Withdrawal) -> None:
    """Files of the inbox that no mapping reads may still name the person, as may those of a closed folder."""
    read: set[Path] = set()
    for path in find_mappings(home.inbox):
        read |= set(find_files(path.parent, inbox=home.inbox).readable)
    below = look_below(home.inbox)
    for path, reason in below.closed.items():
        result.unchecked.append(
            f"{tell_path(home, path)}/: nothing in it was looked at ({reason}); let this account read "
            "it, then ask again"
        )
    for path in (path for path in below.files if path not in read):
        name = tell_path(home, path)
        try:
            if file_names_any(path, result.raw_ids):
                result.unchecked.append(f"{name}: no mapping reads it and it names the person; delete it")
        except UNREADABLE as error:
            result.tell_damaged(path, name, error)


def count_outside(home: Home) -> int:
    """Deliveries of the ledger that came from outside the home and lie with the operator."""
    held = lakes.Lake(home.lake).read(ledger.DELIVERY.full_name)
    if held is None or not held.num_rows:
        return 0
    here = {fingerprint(path) for path in look_below(home.inbox).files}
    counted = held.filter(pc.greater(held["record_count"], 0))
    return len(set(counted["delivery_id"].to_pylist()) - here)
