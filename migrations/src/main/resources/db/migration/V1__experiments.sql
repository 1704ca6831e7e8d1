-- What people make, what the lab does with it, and who did it when. Times are this server's clock.

create table project (
    id         uuid primary key default gen_random_uuid(),
    name       text not null unique check (octet_length(name) between 1 and 250),
    created_at timestamptz not null default now(),
    created_by text not null
);
insert into project (name, created_by) values ('default', 'runyard');

create table experiment (
    id         uuid primary key default gen_random_uuid(),
    project_id uuid not null references project (id),
    name       text not null check (octet_length(name) between 1 and 250),
    created_at timestamptz not null default now(),
    created_by text not null,
    unique (project_id, name)
);

-- total is counted when the sweep is accepted; created counts the rows made so far, in the order of their index.
create table sweep (
    id            uuid primary key,
    project_id    uuid not null references project (id),
    experiment_id uuid not null references experiment (id),
    name          text not null,
    state         text not null check (state in ('RUNNING', 'PAUSED', 'FINISHED', 'CANCELLED')),
    spec          jsonb not null,
    total         integer not null check (total between 1 and 10000),
    created       integer not null default 0 check (created between 0 and total),
    parallel      integer not null check (parallel between 1 and 200),
    priority      integer not null check (priority between -100 and 100),
    created_at    timestamptz not null default now(),
    created_by    text not null,
    ended_at      timestamptz
);
create index sweep_newest on sweep (created_at, id);
create index sweep_open on sweep (id) where state in ('RUNNING', 'PAUSED');

-- attempt is the fencing token: it rises in the transaction that grants a lease and never falls.
-- lost counts attempts in a row that lost their worker without a step of progress, faults those that broke down.
-- resume_wanted: somebody resumed the run while it was still PAUSING.
create table run (
    id            uuid primary key,
    project_id    uuid not null references project (id),
    experiment_id uuid not null references experiment (id),
    sweep_id      uuid references sweep (id),
    sweep_index   integer check (sweep_index >= 0),
    name          text not null check (octet_length(name) between 1 and 250),
    state         text not null check (state in ('QUEUED', 'STARTING', 'RUNNING', 'PAUSING', 'PAUSED', 'CANCELLING',
                                                 'FINISHED', 'PRUNED', 'FAILED', 'CANCELLED')),
    reason        text check (reason in ('SPEC', 'DATA', 'WEIGHTS', 'OUT_OF_MEMORY', 'NOT_FINITE', 'NO_PROGRESS',
                                         'NO_VALID_CHECKPOINT', 'DISK_FULL', 'WORKER_LOST', 'INTERNAL')),
    message       text,
    attempt       bigint not null default 0 check (attempt >= 0),
    priority      integer not null default 0 check (priority between -100 and 100),
    labels        jsonb not null default '{}',
    spec          jsonb not null,
    spec_hash     text not null,
    params        jsonb not null default '{}',
    created_at    timestamptz not null default now(),
    created_by    text not null,
    started_at    timestamptz,
    ended_at      timestamptz,
    step          bigint not null default 0 check (step >= 0),
    steps         bigint check (steps >= 0),
    epoch         integer not null default 0 check (epoch >= 0),
    epochs        integer not null check (epochs >= 0),
    lost          integer not null default 0,
    faults        integer not null default 0,
    resume_wanted boolean not null default false,
    check ((sweep_id is null) = (sweep_index is null)),
    check ((state = 'FAILED') = (reason is not null)),
    check ((state in ('FINISHED', 'PRUNED', 'FAILED', 'CANCELLED')) = (ended_at is not null)),
    unique (sweep_id, sweep_index)
);
create index run_newest on run (created_at, id);
create index run_state on run (state, created_at, id);
create index run_experiment on run (experiment_id, created_at, id);
create index run_sweep_state on run (sweep_id, state);
create index run_queue on run (priority desc, created_at, id) where state = 'QUEUED';
create index run_held on run (id) where state in ('STARTING', 'RUNNING', 'PAUSING', 'CANCELLING');
create index run_params on run using gin (params jsonb_path_ops);

create table worker (
    id            uuid primary key default gen_random_uuid(),
    host          text not null,
    pid           bigint not null,
    version       text not null,
    registered_at timestamptz not null default now(),
    last_seen     timestamptz not null default now(),
    left_at       timestamptz
);

-- The same (host, key) is the same device for ever. worker_id is who has it now; null: nobody since that one left.
create table device (
    id           uuid primary key default gen_random_uuid(),
    host         text not null,
    key          text not null,
    kind         text not null check (kind in ('cpu', 'cuda')),
    name         text not null,
    memory_bytes bigint not null check (memory_bytes >= 0),
    slots        integer not null check (slots between 1 and 64),
    worker_id    uuid references worker (id),
    drained      boolean not null default false,
    lost         boolean not null default false,
    created_at   timestamptz not null default now(),
    unique (host, key)
);
create index device_worker on device (worker_id);

-- One try at a run on one device. start_step is where it resumed, end_step the last step it told of.
create table attempt (
    run_id     uuid not null references run (id),
    attempt    bigint not null check (attempt >= 1),
    device_id  uuid not null references device (id),
    worker_id  uuid not null references worker (id),
    state      text not null check (state in ('STARTING', 'RUNNING', 'FINISHED', 'GIVEN_BACK', 'FAILED', 'LOST')),
    granted_at timestamptz not null default now(),
    started_at timestamptz,
    ended_at   timestamptz,
    start_step bigint,
    end_step   bigint,
    outcome    text,
    message    text,
    primary key (run_id, attempt)
);

create table lease (
    run_id      uuid not null,
    attempt     bigint not null,
    device_id   uuid not null references device (id),
    slot        integer not null check (slot >= 0),
    granted_at  timestamptz not null default now(),
    expires_at  timestamptz not null,
    released_at timestamptz,
    primary key (run_id, attempt),
    foreign key (run_id, attempt) references attempt (run_id, attempt)
);
-- One slot, one lease; one run, one lease.
create unique index lease_slot on lease (device_id, slot) where released_at is null;
create unique index lease_run on lease (run_id) where released_at is null;

-- What happened, written in the transaction that made it happen. seq is given before commit, so a reader that follows it must
-- hold back rows whose transaction (tx) is not older than every running one: tx < pg_snapshot_xmin(pg_current_snapshot()).
create table event (
    seq        bigint generated always as identity primary key,
    time       timestamptz not null default clock_timestamp(),
    run_id     uuid,
    sweep_id   uuid,
    device_id  uuid,
    who        text not null,
    kind       text not null,
    from_state text,
    to_state   text,
    why        text,
    tx         xid8 not null default pg_current_xact_id()
);
create index event_run on event (run_id, seq) where run_id is not null;
create index event_sweep on event (sweep_id, seq) where sweep_id is not null;

-- What a request with an Idempotency-Key made; kept for a day. made is null only inside the transaction that makes it.
create table idempotency (
    route      text not null,
    key        text not null,
    body_hash  text not null,
    made       uuid,
    created_at timestamptz not null default now(),
    primary key (route, key)
);
create index idempotency_age on idempotency (created_at);
