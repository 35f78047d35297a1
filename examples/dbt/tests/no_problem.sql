-- A score with a problem is not to be relied on: an event is in a zone that the clocks don't have.
select user_id, problem from {{ ref('scores') }} where problem is not null
