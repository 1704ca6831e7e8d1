-- The live stream follows events by position, which is given after the commit, by one transaction at a time: whoever has seen a
-- position has seen every smaller one. Transaction ids did this before; they are those of the whole server, so that an idle
-- transaction in another database stopped the stream, and they mean nothing after a dump and restore.
alter table event add column position bigint;
update event set position = seq;
create sequence event_position;
select setval('event_position', coalesce(max(seq), 0) + 1, false) from event;
create unique index event_position_order on event (position);
create index event_unplaced on event (seq) where position is null;
drop index event_order;
alter table event drop column tx;
