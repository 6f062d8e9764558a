-- Values of slices that more than a few conversations had, over all days that the lake holds.
-- Grain: one row a deployment, slice and value.
-- Missing: a value that a few conversations had: it may be of one person. Of what messages alone say, people
-- are counted in buckets, never more than there were; 'unknown' is no value.

select
    slice_bucket.deployment_id,
    slice_bucket.slice,
    slice_bucket.slice_value
from indicator.slice_bucket
where slice_bucket.slice_value not in ('unknown', 'unrecognised')
group by
    slice_bucket.deployment_id,
    slice_bucket.slice,
    slice_bucket.slice_value
having
    sum(slice_bucket.unit_count) filter (where slice_bucket.unit = 'conversation') > $hidden_up_to
    or count(distinct slice_bucket.bucket) filter (where slice_bucket.unit = 'message') > $hidden_up_to
