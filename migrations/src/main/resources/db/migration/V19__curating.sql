-- What people make of runs, sweeps and experiments afterwards: names, tags, stars, notes, what is put away and what is thrown away.
-- deleted_at: thrown away, until somebody fetches it back; nothing is ever removed by it.
alter table run
    add column tags       jsonb not null default '{}' check (jsonb_typeof(tags) = 'object'),
    add column starred    boolean not null default false,
    add column archived   boolean not null default false,
    add column deleted_at timestamptz;
alter table sweep
    add column tags       jsonb not null default '{}' check (jsonb_typeof(tags) = 'object'),
    add column starred    boolean not null default false,
    add column archived   boolean not null default false,
    add column deleted_at timestamptz;
alter table experiment
    add column tags       jsonb not null default '{}' check (jsonb_typeof(tags) = 'object'),
    add column starred    boolean not null default false,
    add column archived   boolean not null default false,
    add column deleted_at timestamptz;

-- What lists, groups and catalogues look through, without the wide rows.
create index run_shown on run (experiment_id, id) include (state, sweep_id) where not archived and deleted_at is null;

-- What ended lately.
create index run_ended on run (ended_at, id) where ended_at is not null;
create index run_tagged on run (id) where tags <> '{}';

-- Each version of a note; the newest counts, an empty one is none.
create table note (
    id         bigint generated always as identity primary key,
    kind       text not null check (kind in ('RUN', 'SWEEP', 'EXPERIMENT')),
    subject    uuid not null,
    text       text not null check (octet_length(text) <= 65536),
    who        text not null,
    created_at timestamptz not null default now()
);
create index note_subject on note (subject, id);

-- Something that happened to an experiment itself.
alter table event add column experiment_id uuid;
create index event_experiment on event (experiment_id, seq) where experiment_id is not null;
