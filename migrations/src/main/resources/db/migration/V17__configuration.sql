-- The configuration that acts, of every run: each value of its spec by dotted path, swept, given or default (ADR-0016).

-- Which paths a configuration has, in the order of its values. Runs of one method and data set share one; there are few.
-- id: of the paths' SHA-256, so that two makers at once make the same.
create table config_layout (
    id    uuid primary key,
    paths text[] not null
);

-- vals: JSON text each, numbers in one spelling, so that equal values are equal texts. Narrow, because whatever has no index of its
-- own (any path sorts, filters and groups) reads all of them.
create table run_config (
    run_id uuid primary key references run (id) on delete cascade,
    layout uuid not null references config_layout (id),
    vals   text[] not null
);
create index run_config_layout on run_config (layout, run_id);

-- What an experiment's runs have had at a path: the catalogue of keys. Follows run_config through config_unseen, so that whoever
-- queues runs waits for nobody who queues others.
create table config_value (
    experiment_id uuid not null references experiment (id) on delete cascade,
    path          text collate "C" not null,
    value         text collate "C" not null,
    primary key (experiment_id, path, value)
);
create table config_unseen (
    run_id uuid primary key
);

-- run_config says it, by path. Runs that exist get theirs when the service starts.
alter table run drop column spec_in_full;
