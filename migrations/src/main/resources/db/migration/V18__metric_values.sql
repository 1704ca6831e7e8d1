-- One index that answers sorting, filtering and grouping by any value of a metric, where four were in the way of every batch. best is
-- min or max, by the metric's direction.
drop index metric_summary_last;
drop index metric_summary_best;
drop index metric_summary_min;
drop index metric_summary_max;
create index metric_summary_values on metric_summary (key_id, run_id) include (last, min, max);
