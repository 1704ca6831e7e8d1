-- run.spec is what a person wrote: defaults are not in it. spec_in_full is the same with the defaults that act, for filters and sorting;
-- null where spec has them already (runs of 0.1.0) or cannot be read.
alter table run add column spec_in_full jsonb;
