-- What the lines of a log tell at the paths that a mapping names, as texts.
-- Grain: one row a line, in their order.
-- Missing: a line that is no JSON tells nothing; a path that is not there, or null, is null.

select try(json_transform(line, getvariable('structure'))) as told
from line
