-- Metric points, their summaries and levels, logs, checkpoints, artifacts, and what the live stream reads.

-- A metric's name, once. lower_is_better is decided by the service when the name is first seen (keys that end in "loss").
create table metric_key (
    id              integer generated always as identity primary key,
    key             text collate "C" not null unique check (octet_length(key) between 1 and 250),
    lower_is_better boolean not null
);

-- One value. time is the client's clock in microseconds since 1970. Append-only but for superseded_by, hence no free space kept.
-- No foreign keys: each row is inserted through a select on the run's own row, and a check for each point would halve the rate.
create table metric_point (
    run_id        uuid not null,
    step          bigint not null check (step between 0 and 9007199254740992),
    time          bigint not null,
    value         double precision not null,
    epoch         double precision,
    key_id        integer not null,
    attempt       integer not null,
    superseded_by integer check (superseded_by > attempt)
) with (autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);

-- Identity among the points that count. Points of an overtaken attempt leave this index and stay readable through the next,
-- so a newer attempt may measure the same step again even where clocks agree to the microsecond.
create unique index metric_point_identity on metric_point (run_id, key_id, step, time) where superseded_by is null;
create index metric_point_ghost on metric_point (run_id, key_id, attempt, step) where superseded_by is not null;

-- What a table shows of one metric of one run. min, max and best look at finite values only; null when there is none.
create table metric_summary (
    run_id     uuid not null references run (id),
    key_id     integer not null references metric_key (id),
    count      bigint not null,
    non_finite bigint not null,
    last_step  bigint not null,
    last_time  bigint not null,
    last       double precision not null,
    min        double precision,
    max        double precision,
    best       double precision,
    best_step  bigint,
    lower_is_better boolean not null,
    primary key (run_id, key_id)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);

-- Sorting runs by a metric. NaN is "missing" to a sort, so the last value is indexed with NaN taken as null.
-- The plain value is included because only then is the index alone enough to count by.
create index metric_summary_last on metric_summary (key_id, nullif(last, 'NaN'), run_id) include (last);
create index metric_summary_best on metric_summary (key_id, best, run_id);
create index metric_summary_min on metric_summary (key_id, min, run_id);
create index metric_summary_max on metric_summary (key_id, max, run_id);

-- Blocks of 64 steps (block = step / 64) over the points that count: what makes a curve of a million points cheap to draw.
-- first and last are ordered by (step, time); min and max look at finite values only.
create table metric_block (
    run_id     uuid not null,
    block      bigint not null,
    first_step bigint not null,
    first_time bigint not null,
    first      double precision not null,
    last_step  bigint not null,
    last_time  bigint not null,
    last       double precision not null,
    min        double precision,
    max        double precision,
    key_id     integer not null,
    count      integer not null,
    non_finite integer not null,
    primary key (run_id, key_id, block)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);

-- Lines that an attempt printed, numbered by the worker from 0 in each attempt.
create table run_log (
    run_id  uuid not null references run (id),
    attempt integer not null,
    seq     integer not null check (seq >= 0),
    time    timestamptz not null,
    line    text not null,
    primary key (run_id, attempt, seq)
);

-- A file in the artifact store. touched_at is when it was last uploaded; the sweep spares what is young.
create table blob (
    sha256     text collate "C" primary key check (sha256 ~ '^[0-9a-f]{64}$'),
    size       bigint not null check (size >= 0),
    created_at timestamptz not null default now(),
    touched_at timestamptz not null default now()
);

create table checkpoint (
    run_id     uuid not null references run (id),
    attempt    integer not null,
    step       bigint not null check (step >= 0),
    epoch      integer not null check (epoch >= 0),
    best       boolean not null,
    manifest   jsonb not null,
    created_at timestamptz not null default now(),
    primary key (run_id, attempt, step)
);

create table checkpoint_file (
    run_id  uuid not null,
    attempt integer not null,
    step    bigint not null,
    name    text not null,
    sha256  text collate "C" not null references blob (sha256),
    primary key (run_id, attempt, step, name),
    foreign key (run_id, attempt, step) references checkpoint (run_id, attempt, step) on delete cascade
);
create index checkpoint_file_blob on checkpoint_file (sha256);

create table artifact (
    run_id     uuid not null references run (id),
    attempt    integer not null,
    name       text not null,
    kind       text not null,
    sha256     text collate "C" not null references blob (sha256),
    size       bigint not null,
    created_at timestamptz not null default now(),
    primary key (run_id, attempt, name)
);
create index artifact_blob on artifact (sha256);

-- Which runs got points lately, so that every replica can tell its browsers. Rebuilt by use, hence unlogged.
create unlogged table metric_beat (
    run_id uuid primary key,
    beat   bigint not null,
    origin uuid not null,
    step   bigint not null,
    keys   text[] not null
) with (fillfactor = 50);
create sequence metric_beat_seq;
create index metric_beat_order on metric_beat (beat);

-- The live stream follows events in the order (tx, seq), which no later commit can get in front of.
create index event_order on event (tx, seq);
