-- A task on a finished run (evaluate, analyse, invert) is a run that names the run it looks at. What a sweep does with each of its
-- runs after the training stands at a place of its own, so that making it twice makes it once.
alter table run
    add column of_run uuid references run (id),
    add column of_place integer check (of_place >= 0);
create index run_of on run (of_run) where of_run is not null;
create unique index run_of_place on run (of_run, of_place) where of_place is not null;
