-- A run whose files all stay: no checkpoint of it is spared from then on, and it is not deleted before the pin is taken away.
alter table run add column pinned boolean not null default false;

-- What a project keeps of its runs' files. None: the lab's own rule. last: newest checkpoints of each run. best: newest of those that held
-- the best validation result when they were made. deleted_days: how long a deleted run keeps its files; null: as the lab is set.
create table retention (
    project_id   uuid primary key references project (id) on delete cascade,
    last         integer not null check (last between 1 and 100),
    best         integer not null check (best between 0 and 100),
    deleted_days integer check (deleted_days between 1 and 3650),
    changed_at   timestamptz not null default now(),
    changed_by   text not null
);
