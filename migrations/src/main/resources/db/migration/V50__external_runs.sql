-- Runs of programs that the lab did not start: kept by their client, without a lease (ADR "Runs of other programs"). attempt is 1, and
-- rises when the client goes on from an earlier step.
alter table run add column external boolean not null default false;

-- PROGRAM: a program that is not ours ended badly, or its client says so.
alter table run drop constraint run_reason_check;
alter table run add constraint run_reason_check
    check (reason in ('SPEC', 'DATA', 'WEIGHTS', 'OUT_OF_MEMORY', 'NOT_FINITE', 'NO_PROGRESS', 'NO_VALID_CHECKPOINT', 'DISK_FULL',
                      'WORKER_LOST', 'INTERNAL', 'PROGRAM'));

-- What a client keeps of a run that it logs into, external or not. Whoever writes locks this narrow row, so that two clients of one run
-- take turns, and the run's own row is left to those who read it.
-- params: texts by name, as they were sent; never changed once there. heard_at: when a client last wrote. lost_after: seconds of silence
-- after which its owner wants it FAILED; null: it stays as it is.
create table client_run (
    run_id     uuid primary key references run (id) on delete cascade,
    params     jsonb not null default '{}',
    heard_at   timestamptz not null default now(),
    lost_after integer check (lost_after > 0)
) with (fillfactor = 70);
create index client_run_watched on client_run (heard_at) where lost_after is not null;

-- Data sets that a client says it used, once each by name and digest; context: tags of the use, such as training.
create table run_dataset (
    run_id      uuid not null references run (id) on delete cascade,
    name        text not null check (octet_length(name) between 1 and 500),
    digest      text not null check (octet_length(digest) between 1 and 100),
    source_type text not null,
    source      text not null,
    schema      text,
    profile     text,
    tags        jsonb not null default '{}' check (jsonb_typeof(tags) = 'object'),
    primary key (run_id, name, digest)
);
create index run_dataset_name on run_dataset (name, digest);
