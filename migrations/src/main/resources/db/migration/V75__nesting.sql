-- The run that a run is below, as its client says by MLflow's tag. A column, because policies let no other condition than that on one into an index.
alter table run add column parent text generated always as (tags ->> 'mlflow.parentRunId') stored;
create index run_parent on run (parent, id) where parent is not null;
