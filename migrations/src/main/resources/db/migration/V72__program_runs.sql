-- Whether the program of an attempt has taken the attempt's run for the first that it logs: what it begins after that is a run below it.
alter table attempt add column logged boolean not null default false;
