"""Evidence of one item on the page: keep a file, name an address or an indicator, withdraw it."""

from __future__ import annotations

from collections.abc import Mapping

from dash.development.base_component import Component

from dashboards.components.form import SHORT, draw_file, draw_form, draw_text
from dashboards.pages import submission
from dashboards.pages.page import Attachment
from dashboards.view import View
from risk_register.errors import NotAllowedError, UnknownRecordError
from risk_register.item import evidence as item_evidence
from risk_register.item.checklist import ItemRecord
from risk_register.item.evidence import EvidenceKind
from risk_register.item.evidence_files import keep_file, read_file

ANY_FILE = "application/octet-stream"  # a reader's program decides what it is, no browser opens it here


def draw_file_form(view: View, item: ItemRecord) -> Component:
    """The form that keeps a file."""
    return draw_form(
        view,
        "add_file",
        [
            draw_file("file", "File", note="At most 20 MiB; kept under its SHA-256 and never changed."),
            draw_text("title", "What it is", note="Else the file's name.", limit=SHORT, within="file"),
        ],
        button=f"Keep this file beside {item.reference}",
        hidden=name_seen(item),
        has_file=True,
    )


def draw_link_form(view: View, item: ItemRecord) -> Component:
    """The form that names an address or an indicator."""
    return draw_form(
        view,
        "add_link",
        [
            draw_text(
                "location",
                "Address or indicator",
                note="https://… or the id of an indicator, such as missed_escalation_rate.",
                is_required=True,
            ),
            draw_text("title", "What it is", note="Else the address.", limit=SHORT, within="link"),
        ],
        button=f"Add to {item.reference}",
        hidden=name_seen(item),
    )


def find_file(view: View, name: str) -> Attachment:
    """A kept file of this deployment by its SHA-256.

    Raises:
        UnknownRecordError: no item of the deployment has it, or it is no longer there.
    """
    for one in item_evidence.list_evidence(view.store, view.deployment_id):
        if one.content_hash == name and view.evidence is not None:
            content = read_file(view.evidence, name)
            return Attachment(f"{view.deployment_id}_{name[:12]}_{_clean(one.location)}", ANY_FILE, content)
    raise UnknownRecordError("There is no such file of evidence here.")


def _clean(name: str) -> str:
    return "".join(char if char.isalnum() or char in "._-" else "_" for char in name)[-80:]


def add_file(view: View, item: ItemRecord, fields: Mapping[str, str]) -> str:
    """Keep a file beside an item."""
    if view.evidence is None or view.upload is None:
        raise NotAllowedError("Choose a file to keep.")
    kept = keep_file(view.evidence, view.upload.content)
    number = item_evidence.add_evidence(
        view.store,
        deployment_id=view.deployment_id,
        item_id=item.item_id,
        kind=EvidenceKind.FILE,
        title=fields.get("title", ""),
        location=_clean(view.upload.file_name) or "file",
        actor=view.account.name,
        at=view.at,
        file=kept,
    )
    return f"Kept as evidence {number}, sha256 {kept.content_hash}."


def add_link(view: View, item: ItemRecord, fields: Mapping[str, str]) -> str:
    """Put an address or an indicator beside an item."""
    location = fields.get("location", "").strip()
    is_indicator = location in {one.indicator_id for one in view.reader.indicators()}
    if not (is_indicator or view.is_published or "://" in location):
        raise NotAllowedError(
            "An indicator can be named once the pipelines have run; an address begins with https://."
        )
    number = item_evidence.add_evidence(
        view.store,
        deployment_id=view.deployment_id,
        item_id=item.item_id,
        kind=EvidenceKind.INDICATOR if is_indicator else EvidenceKind.LINK,
        title=fields.get("title", ""),
        location=location,
        actor=view.account.name,
        at=view.at,
    )
    return f"Added as evidence {number}."


def withdraw(view: View, item: ItemRecord, fields: Mapping[str, str]) -> str:
    """Say that something no longer shows it."""
    number = read_number(fields, "number")
    item_evidence.withdraw_evidence(
        view.store,
        deployment_id=view.deployment_id,
        item_id=item.item_id,
        number=number,
        reason=fields.get("reason", ""),
        actor=view.account.name,
        at=view.at,
    )
    return f"Evidence {number} is withdrawn."


def name_seen(item: ItemRecord) -> dict[str, str]:
    """What the sender saw, so that a change in between is not overwritten."""
    return {"item": item.item_id, "version": str(item.version)}


def read_version(fields: Mapping[str, str]) -> int:
    """The version of the item that the sender saw."""
    return read_number(fields, "version")


def read_number(fields: Mapping[str, str], name: str) -> int:
    """A number that the form carries."""
    refusal = f"The form does not say which {name} it is about; open the item again."
    return submission.read_number(fields, name, refusal=refusal)
