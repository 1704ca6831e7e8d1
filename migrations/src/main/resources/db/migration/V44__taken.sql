-- How many slots of a device are taken, by whomever: who may not see a run may know that its device is busy.
create function runyard_device_taken(device uuid) returns bigint language sql stable security definer set search_path = public, pg_temp as $$
    select count(*) from lease l where l.device_id = $1 and l.released_at is null
$$;

-- In whose project a person works on a device by hand: it counts against the quotas there.
alter table device add held_project uuid references project (id);
