-- What an experiment is judged by is the goal of its newest sweep that has been measured: asked for each of a list of experiments.
create index sweep_experiment on sweep (experiment_id, created_at desc) where deleted_at is null;
