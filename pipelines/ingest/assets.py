"""The Dagster skin of ingest: everything in the inbox, as one asset a staging table."""

import datetime as dt
from collections.abc import Iterator

import dagster as dg

from pipelines.errors import PlimsollError, SourceError
from pipelines.ingest.deliver import Summary, ingest_folder
from pipelines.ingest.delivery import LEADING_OUT, list_absent
from pipelines.ingest.inbox import find_mappings, list_closed
from pipelines.ingest.mapping import SQL, load_mapping
from pipelines.settings import POOL, Home

WRITTEN = (
    "ledger.delivery",
    "ledger.rejected",
    "ledger.deployment",
    "staging.message",
    "staging.conversation",
    "staging.event",
    "staging.score",
)


def build(home: Home) -> dg.AssetsDefinition:
    """The asset that takes in what lies in the inbox."""

    @dg.multi_asset(
        name="ingest",
        specs=[dg.AssetSpec(name.split("."), group_name=name.split(".")[0]) for name in WRITTEN],
        pool=POOL,
    )
    def ingest(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        today = dt.datetime.now(dt.UTC).date()
        problems = []
        for place in find_mappings(home.inbox):
            folder, is_query = place.parent, False
            try:
                mapping = load_mapping(place)
                is_query = mapping.format == SQL
                # Dagster keeps what is logged, and names of files may be names of people.
                done = ingest_folder(home, "" if is_query else folder, mapping, received_on=today)
                context.log.info(say(done))
                if done.note:
                    context.log.warning(f"inbox/{folder.name}: {done.note}")
                if done.unread:
                    context.log.warning(
                        f"inbox/{folder.name}: {len(done.unread)} files or folders cannot be read; "
                        "`plimsoll ingest` on it names them."
                    )
                if links := sum(name.endswith(f"({LEADING_OUT})") for name in done.ignored):
                    context.log.warning(
                        f"inbox/{folder.name}: {links} links lead out of the inbox, not followed; "
                        "`plimsoll ingest` on it names them."
                    )
            except PlimsollError as error:
                if is_query or not isinstance(error, SourceError):
                    # The other folders are taken in before this one is complained of.
                    problems.append(f"inbox/{folder.name}: {error}")
                    continue
                # Its files may not have come yet.
                context.log.warning(
                    f"inbox/{folder.name} holds nothing that can be read; `plimsoll ingest` on it says why."
                )
        for part in list_closed(home.inbox):
            context.log.warning(f"{part}: this account may not look into it; nothing of it is taken in.")
        if problems:
            raise dg.Failure("\n".join(problems))
        yield from (dg.MaterializeResult(asset_key=name.split(".")) for name in WRITTEN)

    return ingest


def say(done: Summary) -> str:
    """What was taken in, in counts; which file it was is in the ledger."""
    fresh = [one for one in done.files if not one.is_known]
    messages = sum(one.records.message_count for one in fresh)
    events = sum(one.records.event_count for one in fresh)
    reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(done.rejected.items()))
    versions = f", {done.version_count} other versions of a message" if done.version_count else ""
    apart = f", {done.apart_count} windows that meet nothing held" if done.apart_count else ""
    shared = f", {done.shared_count} threads of several users" if done.shared_count else ""
    absent = "".join(f"; {sentence}" for sentence in list_absent(fresh))
    return (
        f"{done.deployment_id}: {len(fresh)} new files of {len(done.files)}, {messages} messages, "
        f"{events} events, rejected: {reasons or 'none'}{versions}{apart}{shared}{absent}"
    )
