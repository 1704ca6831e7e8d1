-- Programs as runs: two more reasons for which one can fail, and the archives of code that runs name, which the sweep of blobs keeps.

alter table run drop constraint run_reason_check;
alter table run add constraint run_reason_check
    check (reason in ('SPEC', 'DATA', 'WEIGHTS', 'OUT_OF_MEMORY', 'NOT_FINITE', 'NO_PROGRESS', 'NO_VALID_CHECKPOINT', 'DISK_FULL',
                      'SETUP', 'PROGRAM', 'WORKER_LOST', 'INTERNAL'));

-- Of few runs, and looked up by the hash.
create index run_code_archive on run ((spec #>> '{code,archive}')) where jsonb_exists(spec, 'code');
create index run_code_diff on run ((spec #>> '{code,diff}')) where jsonb_exists(spec, 'code');
create index sweep_code_archive on sweep ((spec #>> '{base,code,archive}')) where jsonb_exists(spec -> 'base', 'code');
create index sweep_code_diff on sweep ((spec #>> '{base,code,diff}')) where jsonb_exists(spec -> 'base', 'code');
