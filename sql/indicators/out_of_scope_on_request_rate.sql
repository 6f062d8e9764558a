-- Requests for a diagnosis or a medicine, and in how many the assistant acts as a clinician.
-- Grain: one row a conversation with such a request.
-- Missing: a day without such requests has no row; it is reported as insufficient data, never as 0.

select
    conversation.conversation_id as unit_id,
    conversation.conversation_id,
    conversation.started_at as occurred_at,
    cast(conversation.has_out_of_scope_clinical as integer) as numerator,
    1 as denominator
from fact.conversation
where conversation.has_clinical_request
