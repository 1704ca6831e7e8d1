-- What the attempt that goes on makes before its first step, and how far it is; null once it trains.
alter table attempt
    add column preparing  text,
    add column prepared   bigint,
    add column to_prepare bigint;

-- A run may ask for several devices of one host. One lease is the attempt's own, on the device whose worker carries it out; each further
-- device has a lease beside that, of the same attempt, renewed and given back with it.
alter table run add column devices integer not null default 1 check (devices >= 1);
update run set devices = (spec ->> 'devices')::integer
where state not in ('FINISHED', 'PRUNED', 'FAILED', 'CANCELLED') and spec ->> 'devices' ~ '^[1-9][0-9]{0,3}$';
alter table lease add column beside boolean not null default false;
drop index lease_run;
create unique index lease_run on lease (run_id) where released_at is null and not beside;
alter table lease drop constraint lease_pkey;
alter table lease add primary key (run_id, attempt, device_id);
