"""The one list of the commands: a name, where it is, and the sentence that `plimsoll --help` shows.

A command's sentence is also how its docstring begins; a group's stands here alone.
"""

from __future__ import annotations

from plimsoll.deferred import Deferred

COMMANDS = (
    Deferred(
        "demo", "demonstration:demo", "Make the sample (once), run the pipelines, and serve the dashboard."
    ),
    Deferred(
        "ingest",
        "ingesting:ingest",
        "Read delivered logs: every record is accepted or rejected with a reason.",
    ),
    Deferred(
        "run", "running:run", "Compute the days that have changed (or a range, or all), assess and publish."
    ),
    Deferred("status", "state:status", "Say what the home holds, by message date and by reporting day."),
    Deferred(
        "export",
        "exporting:export",
        "Write a published table of a deployment, small cells hidden; the audit keeps who took what.",
    ),
    Deferred(
        "explain",
        "explaining:explain",
        "Say what stands behind a figure: definition, limits, days, changes, versions and origin.",
    ),
    Deferred(
        "evaluate",
        "evaluating:evaluate",
        "Measure every detector and the cascade against labels: figures, intervals, slices, overlap.",
    ),
    Deferred(
        "train",
        "training:train",
        "Train the linear model. It is kept beside the others; nothing becomes live by being trained.",
    ),
    Deferred("serve", "serving:serve", "Serve the dashboard until stopped."),
    Deferred(
        "orchestrate",
        "serving:orchestrate",
        "Run Dagster with schedules and the sensor of this home, until stopped.",
    ),
    Deferred(
        "erase",
        "erasing:erase",
        "Erase a user or a conversation everywhere, with a signed receipt; or check one.",
    ),
    Deferred(
        "bench",
        "benching:bench",
        "Measure speed and memory as ratios to a yardstick. Nothing of a home is read or written.",
    ),
    Deferred(
        "retention",
        "keeping:retention",
        "Drop what is older than its limit, and what a released hold had kept of erased people.",
    ),
    Deferred(
        "backup",
        "keeping:backup",
        "Write one generation and the governance store into a file, while everything goes on.",
    ),
    Deferred(
        "restore", "keeping:restore", "Restore into an empty place; who was erased since is erased again."
    ),
    Deferred(
        "upgrade",
        "upgrading:upgrade",
        "Bring the governance store to the version of this code; says from which to which.",
    ),
    Deferred(
        "locate",
        "locating:locate",
        "Find the source record of a message, to reach a person at risk; a second person confirms in 24 h.",
    ),
    Deferred(
        "heartbeat",
        "notifying:heartbeat",
        "Send a sign of life to the address set outside, unless runs are old or a page is stuck.",
    ),
    Deferred("canary", "probing:app", "Probes of the operator's own endpoint; off unless set up."),
    Deferred(
        "definitions", "defining:app", "The operator's own definitions: check them before they are used."
    ),
    Deferred("hold", "erasing:app", "Legal holds: conversations that nothing drops or erases."),
    Deferred("model", "training:app", "Trained models: list, compare on labels held back, make live."),
    Deferred("report", "reporting:app", "Periodic reports that can be rebuilt and questioned."),
    Deferred("sql", "sql:app", "The SQL behind the numbers."),
    Deferred("users", "people:app", "Accounts of the dashboard: who they are and what they may."),
    Deferred("notify", "notifying:app", "The outbox: send what waits, list it, test the way to people."),
    Deferred("alarm", "alarming:app", "Alarms: take them, say what they were, switch streams, mute."),
    Deferred("simulate", "simulating:app", "Simulations that hold the statistics to what they promise."),
    Deferred("register", "governing:app", "The risk register: list, rate, move, approve, import, export."),
    Deferred("checklist", "attesting:app", "The ethics checklist: list, attest, approve, import, export."),
    Deferred("regime", "regulating:app", "Regimes: which apply to a deployment, and who signed it."),
    Deferred("appetite", "deciding:appetite", "How much is too much: proposed by one, approved by another."),
    Deferred("change", "announcing:app", "Changes of model, prompt or policy, drawn on every chart."),
    Deferred("baseline", "rebaselining:app", "Baselines of charts: a new one is a person's decision."),
    Deferred("incident", "following:app", "Incidents: opened by anyone, closed by a second person."),
    Deferred("audit", "auditing:app", "The audit: verify its chain, export it, who read what."),
    Deferred("review", "reviewing:app", "Reviews: draw a sample, label it, export the labels."),
)
