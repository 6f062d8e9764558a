-- What the published file is and how fresh.
-- Grain: one row.
-- Missing: a file without this row is refused.

select
    build.generation,
    build.built_at,
    build.code_version,
    build.taxonomy_version,
    build.home_kind,
    build.worst_delay_minutes
from published.build
