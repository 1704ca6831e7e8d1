-- The run that a run is below, as its client says by MLflow's tag. A column, because policies let no other condition than that on one into an index; cut, because a tag
-- may be longer than what an index takes, and no id is.
alter table run add column parent text generated always as (left(tags ->> 'mlflow.parentRunId', 64)) stored;
create index run_parent on run (parent, id) where parent is not null;
