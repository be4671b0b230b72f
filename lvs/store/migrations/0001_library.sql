-- The library: roots, folders, files, videos, and the events that tell of their changes.
-- Times are milliseconds since 1970 in UTC; paths are bytes, relative to their root.

create table root (
    id         integer primary key,
    name       text    not null unique,
    identity   text,                          -- device and inode when last seen whole
    scanned_at integer,                       -- end of the first complete scan
    away_since integer
) strict;

create table folder (
    id          integer primary key,
    root_id     integer not null references root (id),
    parent_id   integer references folder (id),
    path        blob    not null,
    name        text    not null,
    video_count integer not null default 0,   -- kept by the triggers below
    unique (root_id, path)
) strict;

create table video (
    id               integer primary key,
    media_hash       text    not null unique, -- identity, for ever
    fingerprint      text    not null,        -- content as it is now
    title            text    not null,
    title_key        text    not null,
    added_at         integer not null,
    random_key       integer not null,
    version          integer not null default 1,
    file_id          integer,                 -- the file that stands for it
    file_count       integer not null default 0, -- files that are there
    size_bytes       integer not null default 0,
    view_count       integer not null default 0,
    rating_average   real    not null default 0,
    rating_count     integer not null default 0,
    -- the probe
    probed_at        integer,
    probe_error      text,
    container        text,
    duration_s       real    not null default 0,
    width            integer,
    height           integer,
    frame_rate       real,
    bit_rate         integer,
    video_codec      text,
    audio_codec      text,
    hdr              integer not null default 0,
    recorded_at      text,
    audio_tracks     text    not null default '[]',
    subtitle_tracks  text    not null default '[]',
    projection       text    not null default 'flat',
    stereo           text    not null default 'mono',
    -- the pictures
    thumbnail        text,                    -- key of the derived files
    preview          text                     -- tiny picture, as a data URL
) strict;

-- One index per order of the gallery, each over the videos that it shows.
create index video_by_added    on video (added_at, id)       where file_count > 0;
create index video_by_title    on video (title_key, id)      where file_count > 0;
create index video_by_rating   on video (rating_average, id) where file_count > 0;
create index video_by_views    on video (view_count, id)     where file_count > 0;
create index video_by_duration on video (duration_s, id)     where file_count > 0;
create index video_by_size     on video (size_bytes, id)     where file_count > 0;
create index video_by_random   on video (random_key, id)     where file_count > 0;
create index video_waiting     on video (added_at)           where probed_at is null and file_count > 0;
create index video_failed      on video (id)                 where probe_error is not null and file_count > 0;

create table file (
    id            integer primary key,
    root_id       integer not null references root (id),
    folder_id     integer not null references folder (id),
    video_id      integer not null references video (id),
    path          blob    not null,
    size          integer not null,
    mtime_ns      integer not null,
    fingerprint   text    not null,
    missing_since integer
) strict;

create unique index file_present_path on file (root_id, path) where missing_since is null;
create index file_path        on file (root_id, path);
create index file_folder      on file (folder_id);
create index file_video       on file (video_id);
create index file_fingerprint on file (fingerprint);

-- Every video under every folder above its present files, so that a folder's gallery is one index.
create table folder_video (
    folder_id integer not null references folder (id),
    video_id  integer not null references video (id),
    primary key (folder_id, video_id)
) strict, without rowid;

create index folder_video_video on folder_video (video_id);

create trigger folder_video_added after insert on folder_video begin
    update folder set video_count = video_count + 1 where id = new.folder_id;
end;

create trigger folder_video_removed after delete on folder_video begin
    update folder set video_count = video_count - 1 where id = old.folder_id;
end;

create table library (
    id          integer primary key check (id = 1),
    video_count integer not null
) strict;

insert into library (id, video_count) values (1, 0);

create trigger video_appeared after update of file_count on video
when old.file_count = 0 and new.file_count > 0 begin
    update library set video_count = video_count + 1;
end;

create trigger video_vanished after update of file_count on video
when old.file_count > 0 and new.file_count = 0 begin
    update library set video_count = video_count - 1;
end;

create table event (
    id       integer primary key autoincrement,
    topic    text    not null,
    video_id integer,
    at       integer not null
) strict;
