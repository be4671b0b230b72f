-- Saved searches with a row on the home, and items by the day of the year they were recorded on.

alter table saved_search add column pinned integer not null default 0;
create index item_recorded_day on item (substr(recorded_at, 6, 5));
