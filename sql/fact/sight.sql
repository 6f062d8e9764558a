-- What was looked for in the messages of a day that carry the name of a sight.
-- Grain: one row a day, sight and signal.
-- Missing: a signal without a row was looked for by no detector that scored those messages, in their language
-- or with an error that is known; a message without it is unknown for that signal, however well it was read.

select distinct
    message.deployment_id,
    message.day,
    message.sight,
    sight.signal_id
from fact.message
inner join finding.sight
    on message.sight = sight.sight
