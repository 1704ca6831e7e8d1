-- The view that a page opens an experiment with; of one experiment, or of all together, at most one on each page.
alter table saved_view add column first boolean not null default false;
create unique index saved_view_first on saved_view (page, coalesce(experiment, '')) where first;
