-- Tags: one household vocabulary. `key` makes names equal whatever their case.

create table tag (
    id          integer primary key,
    name        text    not null,             -- as it was first written
    key         text    not null unique,
    video_count integer not null default 0    -- kept by the triggers below
) strict;

create index tag_by_use on tag (video_count desc, key) where video_count > 0;

create table video_tag (
    video_id integer not null references video (id),
    tag_id   integer not null references tag (id),
    added_at integer not null,
    primary key (video_id, tag_id)
) strict, without rowid;

create index video_tag_tag on video_tag (tag_id, video_id);

create trigger video_tag_added after insert on video_tag begin
    update tag set video_count = video_count + 1 where id = new.tag_id;
end;

create trigger video_tag_removed after delete on video_tag begin
    update tag set video_count = video_count - 1 where id = old.tag_id;
end;
