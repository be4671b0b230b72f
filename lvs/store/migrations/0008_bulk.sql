-- Changes of many videos at once, and what each video had before, so that they can be undone.

create table bulk (
    id     integer primary key,
    action text    not null,
    value  text    not null,
    at     integer not null
) strict;

create table bulk_before (
    bulk_id  integer not null references bulk (id) on delete cascade,
    video_id integer not null references video (id) on delete cascade,
    before   text    not null,                -- JSON of what it had
    after    text    not null,                -- JSON of what it got: what is undone only if it stands
    primary key (bulk_id, video_id)
) strict, without rowid;
