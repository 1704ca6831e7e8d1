-- Parameters never change within an attempt. A later one may say other values, such as the folder that it is in: those stand then.
-- said: the names that attempt said_attempt has said; before the second attempt that is all of them, and not kept.
alter table client_run
    add column said jsonb not null default '{}',
    add column said_attempt integer not null default 1;

-- Models that a program says it logged: what MLflow's clients know of one; its files are the run's, below models/<id>.
create table logged_model (
    id         text collate "C" primary key check (id ~ '^m-[0-9a-f]{32}$'),
    run_id     uuid not null references run (id) on delete cascade,
    name       text not null check (octet_length(name) between 1 and 500),
    type       text check (octet_length(type) <= 500),
    status     text not null default 'PENDING' check (status in ('PENDING', 'READY', 'FAILED')),
    params     jsonb not null default '{}' check (jsonb_typeof(params) = 'object'),
    tags       jsonb not null default '{}' check (jsonb_typeof(tags) = 'object'),
    created_by text not null,
    created_at timestamptz not null default now(),
    changed_at timestamptz not null default now()
);
create index logged_model_run on logged_model (run_id);

-- Models that a run says it made, and at which step.
create table run_output (
    run_id   uuid not null references run (id) on delete cascade,
    model_id text collate "C" not null references logged_model (id) on delete cascade,
    step     bigint not null default 0,
    primary key (run_id, model_id)
);
create index run_output_model on run_output (model_id);
