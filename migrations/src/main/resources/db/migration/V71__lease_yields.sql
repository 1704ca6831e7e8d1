-- A run that goes is looked for among those that leases yield to, once for each run of a project that is removed.
create index lease_yields on lease (yields_to) where yields_to is not null;
