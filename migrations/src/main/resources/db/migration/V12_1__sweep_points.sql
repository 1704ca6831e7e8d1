-- What each run of a sweep sets, drawn once when the sweep is accepted: a sampler that changes never changes a sweep that is under way.
-- Sweeps of 0.1.0 have none; theirs are drawn as that release drew them, the next time that a run of theirs is made.
create table sweep_point (
    sweep_id    uuid not null references sweep (id),
    sweep_index integer not null check (sweep_index >= 0),
    params      jsonb not null,
    primary key (sweep_id, sweep_index)
);
