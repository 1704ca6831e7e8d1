-- When a metric's points last became ghosts within its curve, or count again, in microseconds: whoever has read the curve up to its end
-- reads it whole then. Null: never.
alter table metric_summary add column rebuilt_at bigint;
