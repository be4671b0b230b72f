-- What people give to videos. One household user until there are accounts.

create table user (
    id   integer primary key,
    name text    not null unique
) strict;

insert into user (id, name) values (1, 'household');

create table rating (
    video_id integer not null references video (id),
    user_id  integer not null references user (id),
    value    integer not null check (value between 1 and 5),
    rated_at integer not null,
    primary key (video_id, user_id)
) strict, without rowid;

create table favorite (
    video_id integer not null references video (id),
    user_id  integer not null references user (id),
    added_at integer not null,
    primary key (video_id, user_id)
) strict, without rowid;

alter table video add column favorite_count integer not null default 0;

create index video_favorite on video (added_at, id) where file_count > 0 and favorite_count > 0;

-- A video's own columns are kept, so that lists read an index and never gather.
create trigger rating_given after insert on rating begin
    update video set rating_count = rating_count + 1,
        rating_average = (rating_average * rating_count + new.value) / (rating_count + 1)
    where id = new.video_id;
end;

create trigger rating_changed after update of value on rating begin
    update video set
        rating_average = (select avg(value) from rating where video_id = new.video_id)
    where id = new.video_id;
end;

create trigger rating_cleared after delete on rating begin
    update video set rating_count = rating_count - 1,
        rating_average = coalesce((select avg(value) from rating where video_id = old.video_id), 0)
    where id = old.video_id;
end;

create trigger favorite_given after insert on favorite begin
    update video set favorite_count = favorite_count + 1 where id = new.video_id;
end;

create trigger favorite_taken after delete on favorite begin
    update video set favorite_count = favorite_count - 1 where id = old.video_id;
end;
