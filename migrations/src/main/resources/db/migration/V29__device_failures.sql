-- What went wrong on a device last is shown beside it, without reading every attempt that it ever had.
create index attempt_failed on attempt (device_id, ended_at desc) where state in ('FAILED', 'LOST');
