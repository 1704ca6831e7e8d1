-- A point of a sweep and how it was drawn, before it becomes runs: once drawn, it is never drawn again. sampler, version and seed are null
-- for points that people gave, and for those of a release that did not say (source unsaid). history: points that the sampler knew of. refused: why no run is made of it.
create table sweep_draw (
    sweep_id uuid not null references sweep (id),
    point    integer not null check (point >= 0),
    params   jsonb not null,
    source   text not null check (source in ('sampler', 'enqueue', 'include', 'unsaid')),
    sampler  text,
    version  integer,
    seed     bigint,
    history  integer not null check (history >= 0),
    refused  text,
    drawn_at timestamptz not null default now(),
    primary key (sweep_id, point),
    check ((source = 'sampler') = (sampler is not null and version is not null and seed is not null))
);

-- Which point a run is one seed of; null: of 0.1.0.
alter table sweep_point add column point integer;
insert into sweep_draw (sweep_id, point, params, source, history)
select sweep_id, row_number() over (partition by sweep_id order by min(sweep_index)) - 1, params - 'seed', 'unsaid', 0
from sweep_point group by sweep_id, params - 'seed';
update sweep_point p set point = d.point
from sweep_draw d where d.sweep_id = p.sweep_id and d.params = p.params - 'seed';

-- What a pruner saw of a run at an epoch, in the order in which it was booked, and what it decided: once and for all. decision is null at
-- an epoch that is no rung.
create table sweep_reading (
    seq         bigint generated always as identity primary key,
    sweep_id    uuid not null references sweep (id),
    run_id      uuid not null references run (id),
    sweep_index integer not null,
    epoch       integer not null check (epoch >= 1),
    value       double precision not null,
    decision    text check (decision in ('KEEP', 'STOP')),
    why         text,
    read_at     timestamptz not null default now(),
    unique (run_id, epoch)
);
create index sweep_reading_order on sweep_reading (sweep_id, seq);

-- pruned: why the pruner stops the run. spared: a person took it up again, and the pruner leaves it alone.
alter table run
    add column pruned text,
    add column spared boolean not null default false;

-- stopping: why no further points are made, though there could be.
alter table sweep add column stopping text;
