-- The lease is the only sign of life; failures have someone to blame; a device is more than a name and a key.

-- machine: of the operating system, so that two hosts of one name are two. process: one process. lock_hash: SHA-256 of the secret in
-- the lock file of the device, which one process of a home holds at a time: who knows it shows that the one before is gone.
alter table worker
    add column machine   text not null default '',
    add column process   uuid,
    add column lock_hash text,
    add column protocol  integer not null default 1 check (protocol >= 1);
create index worker_open on worker (last_seen) where left_at is null;

-- quarantined: why it gets nothing until a person, or an attempt that gets on there, lets it back. failing: the different runs that
-- have failed there for the place since one got on. refused: why its worker was not let in; null once one was.
-- A device of before gets its machine when its worker comes again.
alter table device
    add column machine     text not null default '',
    add column quarantined text,
    add column failing     uuid[] not null default '{}',
    add column refused     text,
    drop constraint device_host_key_key,
    add constraint device_identity unique (host, machine, key);

-- This run is not tried on this device again, and what was said.
create table refusal (
    run_id     uuid not null references run (id),
    device_id  uuid not null references device (id),
    reason     text not null,
    message    text not null,
    created_at timestamptz not null default now(),
    primary key (run_id, device_id)
);

-- Not before then; null: at any time.
alter table run
    add column not_before timestamptz;

-- A heartbeat writes here and to the lease, once a second a run: narrow rows with room for new versions of themselves on their page.
-- end_step and epoch are the progress of an attempt that goes on; run.step and run.epoch follow when it ends.
alter table attempt
    add column epoch integer check (epoch >= 0);
-- The moment, not the beginning of the transaction: what one lease gave back another may have got since.
alter table lease alter column granted_at set default clock_timestamp();
alter table attempt set (fillfactor = 50);
alter table lease set (fillfactor = 50);

-- No query contains or is contained.
drop index run_params;
