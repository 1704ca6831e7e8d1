-- Of a run that the program of a queued run began: which run that was, and the attempt at it that had this one last. cut_off: that attempt
-- ended and its program had not said an end of this run. Runs that people put below a queued one have none of it: their clients go on.
alter table client_run
    add column queued_run     uuid references run (id) on delete set null,
    add column queued_attempt integer,
    add column cut_off        boolean not null default false;
create index client_run_queued on client_run (queued_run) where queued_run is not null;
