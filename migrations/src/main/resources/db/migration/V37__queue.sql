-- The queue of many people: classes, placement, shares, quotas, and what preempts what.

-- placement: where it may go, null for anywhere; beside the spec and no part of its hash. needs: data sets and weights that its host has
-- to offer by name. queued_at: since when it waits, this time.
alter table run
    add column priority_class text not null default 'NORMAL' check (priority_class in ('URGENT', 'NORMAL', 'IDLE')),
    add column placement      jsonb,
    add column needs          text[] not null default '{}',
    add column queued_at      timestamptz not null default now();
update run set queued_at = created_at where state = 'QUEUED';
alter table sweep
    add column priority_class text not null default 'NORMAL' check (priority_class in ('URGENT', 'NORMAL', 'IDLE')),
    add column placement      jsonb;

-- yields_to: the run for which this one was asked to checkpoint and give its slot back. counts_as: the class that it was granted as, where
-- long waiting had raised it. booked: whether its time is in usage; leases that
-- were over before there was any are not counted.
alter table lease
    add column yields_to uuid references run (id),
    add column counts_as text check (counts_as in ('URGENT', 'NORMAL', 'IDLE')),
    add column booked    boolean not null default true;
alter table lease alter column booked set default false;
update lease set booked = false where released_at is null;
create index lease_unbooked on lease (released_at) where not booked;

-- Device-seconds that leases which are over took, halved every 7 days, as of at. account: who queued the run.
create table usage (
    project_id uuid not null references project (id),
    account    text not null,
    seconds    double precision not null check (seconds >= 0),
    at         timestamptz not null,
    primary key (project_id, account)
);

-- What a project may have; or, where account is not empty, a user in it. slots and device_hours: at most, null for any number.
create table share (
    project_id   uuid not null references project (id),
    account      text not null default '',
    weight       double precision not null default 1 check (weight > 0 and weight <= 1000000),
    slots        integer check (slots >= 0),
    device_hours double precision check (device_hours >= 0),
    changed_at   timestamptz not null default now(),
    changed_by   text not null,
    primary key (project_id, account)
);

-- labels: its worker's. labels_set: what people added or changed. held_until: a person works there until then. elsewhere: who uses it
-- beside this lab; null: nobody. places: data sets and weights that its host has by name, each with
-- its fingerprint: dataset:birds.
alter table device
    add column labels     jsonb not null default '{}',
    add column labels_set jsonb not null default '{}',
    add column held_until timestamptz,
    add column held_by    text,
    add column elsewhere  text,
    add column places     jsonb not null default '{}';
