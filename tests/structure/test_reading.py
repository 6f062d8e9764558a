"""Only one module of the dashboard, and one of the commands, opens the table that holds texts."""

import re
from pathlib import PurePath

TEXT_TABLE = re.compile(r"staging\.message\b|staging/message")
DOORS = {
    "dashboards/evidence.py",  # pages
    "plimsoll/commands/reading.py",  # `review next --show-text`
    "plimsoll/commands/tracing.py",  # `locate`: ids and positions of the delivered file, no text
    "plimsoll/commands/running.py",  # which days there are
    "plimsoll/commands/ingesting.py",  # how many rows came
    "plimsoll/bench/quality.py",  # made-up texts of a measurement
}


def find_openings(path: str, text: str) -> bool:
    return PurePath(path).parts[0] in {"dashboards", "plimsoll"} and TEXT_TABLE.search(text) is not None


def test_only_the_door_opens_the_table_of_texts(files):
    named = {
        path for path, text in files.items() if path.endswith((".py", ".sql")) and find_openings(path, text)
    }
    assert named == DOORS


def test_a_second_door_is_found():
    assert find_openings("dashboards/pages/incidents/incidents.py", 'TABLE = "staging.message"')
    assert find_openings("dashboards/queries/x.sql", "from 'lake/staging/message/*.parquet'")
    assert not find_openings("pipelines/detect/assets.py", '"staging.message"')
