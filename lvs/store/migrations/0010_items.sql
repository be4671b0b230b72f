-- Items: a library has other kinds than videos. What all kinds have is in `item`, what only videos
-- have in `video_facts`. Other tables and columns are named after items. Events say the kind of
-- item, what changed, and whose change it is.

drop trigger folder_video_added;
drop trigger folder_video_removed;
drop trigger video_appeared;
drop trigger video_vanished;
drop trigger rating_given;
drop trigger rating_changed;
drop trigger rating_cleared;
drop trigger favorite_given;
drop trigger favorite_taken;
drop trigger video_tag_added;
drop trigger video_tag_removed;
drop index file_video;
drop index folder_video_video;
drop index video_tag_tag;
drop table video_word;

alter table root rename to library_folder;
alter table library_folder rename column away_since to offline_since;
alter table file rename column video_id to item_id;
alter table folder rename column video_count to item_count;
alter table folder_video rename to folder_item;
alter table folder_item rename column video_id to item_id;
alter table rating rename column video_id to item_id;
alter table favorite rename column video_id to item_id;
alter table progress rename to playback_progress;
alter table playback_progress rename column video_id to item_id;
alter table tag rename column video_count to item_count;
alter table video_tag rename to item_tag;
alter table item_tag rename column video_id to item_id;
alter table video_text rename to item_fts;
alter table bulk rename to bulk_edit;
alter table bulk_before rename to bulk_edit_item;
alter table bulk_edit_item rename column bulk_id to bulk_edit_id;
alter table bulk_edit_item rename column video_id to item_id;
alter table video rename to item;          -- so that tables that refer to it refer to `item`

create virtual table item_fts_vocab using fts5vocab(item_fts, row);

-- The rows of videos, in two tables. The preview is last: most reads need not pass over it.

create table new_item (
    id             integer primary key,
    kind           text    not null,
    media_hash     text    not null unique,   -- identity, for ever
    fingerprint    text    not null,          -- content as it is now
    title          text    not null,
    title_key      text    not null,
    added_at       integer not null,
    random_key     integer not null,
    version        integer not null default 1,
    file_id        integer,                   -- the file that stands for it
    file_count     integer not null default 0, -- files that are there
    size_bytes     integer not null default 0,
    view_count     integer not null default 0,
    rating_average real    not null default 0,
    rating_count   integer not null default 0,
    favorite_count integer not null default 0,
    -- the probe, as far as all kinds have it
    probed_at      integer,
    probe_error    text,
    container      text,
    duration_s     real    not null default 0,
    bit_rate       integer,
    recorded_at    text,
    -- the pictures
    thumbnail      text,                      -- key of the derived files
    preview        text                       -- tiny picture, as a data URL
) strict;

insert into new_item (id, kind, media_hash, fingerprint, title, title_key, added_at, random_key,
    version, file_id, file_count, size_bytes, view_count, rating_average, rating_count,
    favorite_count, probed_at, probe_error, container, duration_s, bit_rate, recorded_at,
    thumbnail, preview)
select id, 'video', media_hash, fingerprint, title, title_key, added_at, random_key,
    version, file_id, file_count, size_bytes, view_count, rating_average, rating_count,
    favorite_count, probed_at, probe_error, container, duration_s, bit_rate, recorded_at,
    thumbnail, preview
from item order by id;

-- How a video is shown in a headset: what was detected, unless a person has overridden it.
create table video_facts (
    item_id              integer primary key references item (id) on delete cascade,
    width                integer,
    height               integer,
    frame_rate           real,
    video_codec          text,
    audio_codec          text,
    hdr                  integer not null default 0,
    audio_tracks         text    not null default '[]',
    subtitle_tracks      text    not null default '[]',
    projection           text    not null default 'flat',
    stereo               text    not null default 'mono',
    projection_override  text,
    stereo_override      text,
    effective_projection text generated always as (coalesce(projection_override, projection)) virtual,
    effective_stereo     text generated always as (coalesce(stereo_override, stereo)) virtual
) strict;

insert into video_facts (item_id, width, height, frame_rate, video_codec, audio_codec, hdr,
    audio_tracks, subtitle_tracks, projection, stereo, projection_override, stereo_override)
select id, width, height, frame_rate, video_codec, audio_codec, hdr,
    audio_tracks, subtitle_tracks, projection, stereo, chosen_projection, chosen_stereo
from item order by id;

create index video_facts_vr on video_facts (item_id) where effective_projection <> 'flat';
create index video_facts_3d on video_facts (item_id) where effective_stereo <> 'mono';

drop table item;                            -- with its indices
alter table new_item rename to item;

-- Each sort order twice: over the items of all kinds, and over those of a kind.
create index item_by_added         on item (added_at, id)             where file_count > 0;
create index item_by_title         on item (title_key, id)            where file_count > 0;
create index item_by_rating        on item (rating_average, id)       where file_count > 0;
create index item_by_views         on item (view_count, id)           where file_count > 0;
create index item_by_duration      on item (duration_s, id)           where file_count > 0;
create index item_by_size          on item (size_bytes, id)           where file_count > 0;
create index item_by_random        on item (random_key, id)           where file_count > 0;
create index item_kind_by_added    on item (kind, added_at, id)       where file_count > 0;
create index item_kind_by_title    on item (kind, title_key, id)      where file_count > 0;
create index item_kind_by_rating   on item (kind, rating_average, id) where file_count > 0;
create index item_kind_by_views    on item (kind, view_count, id)     where file_count > 0;
create index item_kind_by_duration on item (kind, duration_s, id)     where file_count > 0;
create index item_kind_by_size     on item (kind, size_bytes, id)     where file_count > 0;
create index item_kind_by_random   on item (kind, random_key, id)     where file_count > 0;
create index item_waiting          on item (added_at) where probed_at is null and file_count > 0;
create index item_failed           on item (id) where probe_error is not null and file_count > 0;

create index file_item        on file (item_id);
create index folder_item_item on folder_item (item_id);
create index item_tag_tag     on item_tag (tag_id, item_id);

-- What one person has, so that it is gathered without a look at what others have.
create index rating_user            on rating (user_id, value, item_id);
create index favorite_user          on favorite (user_id, item_id);
create index playback_progress_user on playback_progress (user_id, updated_at, item_id);

-- A row a kind.
create table library_stats (
    kind       text    primary key,
    item_count integer not null               -- kept by the triggers below
) strict;

insert into library_stats (kind, item_count)
select kind, count(*) from item where file_count > 0 group by kind;

drop table library;

create table new_event (
    id        integer primary key,
    topic     text    not null,
    kind      text,                           -- of the item; null when it is about no item
    entity_id integer,                        -- null when it is about many
    user_id   integer,                        -- whose change it is; null when all share it
    at        integer not null
) strict;

insert into new_event (id, topic, kind, entity_id, user_id, at)
select id,
    case topic when 'added' then 'item.added' when 'changed' then 'item.updated'
        when 'removed' then 'item.removed' when 'copied' then 'item.copied'
        when 'folders' then 'folder.updated' when 'away' then 'folder.availability'
        when 'searches' then 'saved_search.updated' else topic end,
    case when topic in ('added', 'changed', 'removed', 'copied') then 'video' end,
    video_id,
    case topic when 'searches' then 1 end,
    at
from event order by id;

drop table event;
alter table new_event rename to event;

create trigger folder_item_added after insert on folder_item begin
    update folder set item_count = item_count + 1 where id = new.folder_id;
end;

create trigger folder_item_removed after delete on folder_item begin
    update folder set item_count = item_count - 1 where id = old.folder_id;
end;

create trigger item_appeared after update of file_count on item
when old.file_count = 0 and new.file_count > 0 begin
    insert into library_stats (kind, item_count) values (new.kind, 1)
    on conflict (kind) do update set item_count = item_count + 1;
end;

create trigger item_vanished after update of file_count on item
when old.file_count > 0 and new.file_count = 0 begin
    update library_stats set item_count = item_count - 1 where kind = new.kind;
end;

create trigger item_kind_changed after update of kind on item
when old.kind <> new.kind and new.file_count > 0 begin
    update library_stats set item_count = item_count - 1 where kind = old.kind;
    insert into library_stats (kind, item_count) values (new.kind, 1)
    on conflict (kind) do update set item_count = item_count + 1;
end;

create trigger rating_added after insert on rating begin
    update item set rating_count = rating_count + 1,
        rating_average = (rating_average * rating_count + new.value) / (rating_count + 1)
    where id = new.item_id;
end;

create trigger rating_changed after update of value on rating begin
    update item set
        rating_average = (select avg(value) from rating where item_id = new.item_id)
    where id = new.item_id;
end;

create trigger rating_removed after delete on rating begin
    update item set rating_count = rating_count - 1,
        rating_average = coalesce((select avg(value) from rating where item_id = old.item_id), 0)
    where id = old.item_id;
end;

create trigger favorite_added after insert on favorite begin
    update item set favorite_count = favorite_count + 1 where id = new.item_id;
end;

create trigger favorite_removed after delete on favorite begin
    update item set favorite_count = favorite_count - 1 where id = old.item_id;
end;

create trigger item_tag_added after insert on item_tag begin
    update tag set item_count = item_count + 1 where id = new.tag_id;
end;

create trigger item_tag_removed after delete on item_tag begin
    update tag set item_count = item_count - 1 where id = old.tag_id;
end;
