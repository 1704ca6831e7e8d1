-- A sweep whose points are asked for and told from outside. Its points are what there is of it: it has no runs.
alter table sweep add column external boolean not null default false;

-- asked: by which request; a repetition of it gets the same points. told: metric to value; once told, for good.
alter table sweep_draw
    add column asked      uuid,
    add column asked_at   timestamptz,
    add column asked_by   text,
    add column told_state text check (told_state in ('FINISHED', 'PRUNED', 'FAILED')),
    add column told       jsonb,
    add column told_epoch integer check (told_epoch >= 0),
    add column told_at    timestamptz,
    add column told_by    text,
    add column message    text,
    add check ((asked is null) = (asked_at is null)),
    add check ((told_state is null) = (told_at is null)),
    add check (told_state is null or asked is not null);

-- A reading of a point from outside has no run; sweep_index is its point.
alter table sweep_reading alter column run_id drop not null;
create unique index sweep_reading_told on sweep_reading (sweep_id, sweep_index, epoch) where run_id is null;
