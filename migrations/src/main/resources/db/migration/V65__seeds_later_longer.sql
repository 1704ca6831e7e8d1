-- Of a sweep with seedsLater: points that are to be run for their first seed. Null: as many as its spec says; else it was made longer, or its axes had no more.
alter table sweep add column points integer;
