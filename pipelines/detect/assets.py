"""The Dagster skin of detect: findings, coverage and misses of the days of a run.

A day that the gate holds is not scored: its messages are marked not_run, never clear.
"""

import datetime as dt
import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace

import dagster as dg
import pyarrow as pa

from pipelines.asked import read_days
from pipelines.computed import finding_inputs, record
from pipelines.decisions_version import require_current_decisions
from pipelines.detect.bridge import count_bridge, keep_bridge
from pipelines.detect.cards import accounts_table, cards_table, figures_table
from pipelines.detect.cascade import Cascade
from pipelines.detect.detector import Scan
from pipelines.detect.extras import make_home_cascade
from pipelines.detect.language import languages_table, read_languages, with_languages
from pipelines.detect.sight import add_sights, name_sights
from pipelines.discretion import Discretion
from pipelines.expiry import Expired, find_expired
from pipelines.lake import lake as lakes
from pipelines.lake.lake import Lake, Partition
from pipelines.lake.partition import choose, chunk
from pipelines.schemas.finding import (
    COVERAGE,
    DETECTOR,
    DETECTOR_CARD,
    DETECTOR_FIGURE,
    FINDING,
    LANGUAGE,
    SIGHT,
)
from pipelines.schemas.ledger import QUALITY
from pipelines.schemas.miss import MISS_DAY
from pipelines.schemas.staging import SCORE
from pipelines.settings import POOL, Home

LOG = logging.getLogger("plimsoll.detect")
SCORED = (FINDING, COVERAGE, LANGUAGE, MISS_DAY)


def build(home: Home, days: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """The asset that scores the days of a run."""

    @dg.multi_asset(
        name="detect",
        specs=[
            dg.AssetSpec(
                table.full_name.split("."),
                group_name="finding",
                deps=[["staging", "message"], ["staging", "score"], ["ledger", "quality"]],
                partitions_def=days,
            )
            for table in SCORED
        ],
        partitions_def=days,
        backfill_policy=dg.BackfillPolicy.single_run(),
        pool=POOL,
    )
    def detect(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        require_current_decisions(home)
        score_days(home, read_days(context.run.tags, context.partition_keys))
        for table in SCORED:
            yield dg.MaterializeResult(asset_key=table.full_name.split("."))

    return detect


def score_days(home: Home, days: Sequence[dt.date]) -> None:
    """Replace what was seen on these days, a generation for each part that fits into memory."""
    cascade = make_home_cascade(home)  # one for all parts, so that a cost cap is that of the run
    for part in chunk(days, Lake(home.lake).row_counts("staging.message")):
        _score(home, part, cascade)
    for name, trouble in cascade.troubles.items():
        LOG.warning("  detect: %s did not get every answer; the last time: %s", name, trouble)


@Discretion("detection")
def _score(home: Home, days: Sequence[dt.date], cascade: Cascade) -> None:
    with lakes.write(home.lake, by="detect") as commit:
        lake = commit.lake
        closed = {part for part in find_expired(lake, *Expired) if part[1] in set(days)}
        if closed:
            LOG.warning("  detect: %d days keep their findings, for their text has expired", len(closed))
        partitions = {part for part in lake.partitions("staging.message") if part[1] in set(days)} - closed
        stale = {part for part in lake.partitions(COVERAGE.full_name) if part[1] in set(days)}
        stale -= partitions | closed
        messages = lake.read("staging.message", days=days)
        if messages is not None and closed:
            messages = choose(messages, sorted(partitions))
        scan = Scan(FINDING.empty(), COVERAGE.empty())
        languages = LANGUAGE.empty()
        held = _held_days(lake)
        if messages is not None and messages.num_rows:
            readings = read_languages(messages)
            read = with_languages(messages, readings)
            scan = _scan(read, cascade, held=held, scores=lake.read(SCORE.full_name, days=days))
            sights, meanings = name_sights(read, scan.coverage, cascade)
            languages = languages_table(messages, readings, sights)
            commit.replace_all(SIGHT.full_name, add_sights(lake.read(SIGHT.full_name), meanings))
            _keep_bridge(commit, messages, scan, cascade, days=days)
        order = [(name, "ascending") for name in ("deployment_id", "day", "message_id", "detector_id")]
        commit.replace_days(COVERAGE.full_name, scan.coverage.sort_by(order), partitions | stale)
        languages = languages.sort_by(order[:-1])
        commit.replace_days(LANGUAGE.full_name, languages, partitions | stale)
        by_signal = [(name, "ascending") for name in MISS_DAY.key]
        commit.replace_days(MISS_DAY.full_name, scan.misses.sort_by(by_signal), partitions | stale)
        order += [(name, "ascending") for name in ("signal_id", "evidence_id", "start")]
        commit.replace_days(FINDING.full_name, scan.findings.sort_by(order), partitions | stale)
        commit.replace_all(DETECTOR.full_name, cards_table(cascade))
        commit.replace_all(DETECTOR_CARD.full_name, accounts_table(cascade))
        commit.replace_all(DETECTOR_FIGURE.full_name, figures_table(cascade))
        LOG.info(
            "  detect: %d messages of %d days, of these %d on days that the gate holds",
            0 if messages is None else messages.num_rows,
            len({day for _, day in partitions}),
            0 if messages is None else sum(_are_held(messages, held)),
        )
        inputs = finding_inputs(lake, cascade.version)
        if owed := scan.unfinished & partitions:
            LOG.warning(
                "  detect: of %d days a detector still owes messages; the next run goes on", len(owed)
            )
            inputs |= {part: f"{inputs[part]}:unfinished" for part in owed}
        record(commit, "finding", inputs, partitions, gone=stale)


def _keep_bridge(
    commit: lakes.Commit, messages: pa.Table, scan: Scan, cascade: Cascade, *, days: Sequence[dt.date]
) -> None:
    """What the version before made of the same messages, while both are here."""
    findings, coverage = (commit.lake.read(table.full_name, days=days) for table in (FINDING, COVERAGE))
    if findings is not None and coverage is not None:
        rows = count_bridge(messages, Scan(findings, coverage), scan, cards=cascade.cards)
        keep_bridge(commit, rows)


def _scan(messages: pa.Table, cascade: Cascade, *, held: set[Partition], scores: pa.Table | None) -> Scan:
    is_held = _are_held(messages, held)
    scan = cascade.scan(messages.filter(pa.array([not flag for flag in is_held])), scores)
    waiting = messages.filter(pa.array(is_held))
    return replace(scan, coverage=pa.concat_tables([scan.coverage, cascade.skip(waiting)]))


def _are_held(messages: pa.Table, held: set[Partition]) -> list[bool]:
    keys = zip(messages["deployment_id"].to_pylist(), messages["day"].to_pylist(), strict=True)
    return [key in held for key in keys]


def _held_days(lake: Lake) -> set[Partition]:
    quality = lake.read(QUALITY.full_name, columns=["deployment_id", "day", "severity", "is_met"])
    rows = [] if quality is None else quality.to_pylist()
    return {
        (row["deployment_id"], row["day"]) for row in rows if row["severity"] == "stop" and not row["is_met"]
    }
