-- Tables and columns are named after items: a library will have other kinds than videos.

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
drop index video_by_added;
drop index video_by_title;
drop index video_by_rating;
drop index video_by_views;
drop index video_by_duration;
drop index video_by_size;
drop index video_by_random;
drop index video_waiting;
drop index video_failed;
drop index video_favorite;
drop index video_vr;
drop index video_3d;
drop index file_video;
drop index folder_video_video;
drop index video_tag_tag;
drop table video_word;

alter table root rename to library_folder;
alter table library_folder rename column away_since to offline_since;
alter table video rename to item;
alter table item rename column chosen_projection to projection_override;
alter table item rename column chosen_stereo to stereo_override;
alter table item rename column shown_projection to effective_projection;
alter table item rename column shown_stereo to effective_stereo;
alter table file rename column video_id to item_id;
alter table folder rename column video_count to item_count;
alter table folder_video rename to folder_item;
alter table folder_item rename column video_id to item_id;
alter table library rename to library_stats;
alter table library_stats rename column video_count to item_count;
alter table event rename column video_id to item_id;
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

create virtual table item_fts_vocab using fts5vocab(item_fts, row);

create index item_by_added    on item (added_at, id)       where file_count > 0;
create index item_by_title    on item (title_key, id)      where file_count > 0;
create index item_by_rating   on item (rating_average, id) where file_count > 0;
create index item_by_views    on item (view_count, id)     where file_count > 0;
create index item_by_duration on item (duration_s, id)     where file_count > 0;
create index item_by_size     on item (size_bytes, id)     where file_count > 0;
create index item_by_random   on item (random_key, id)     where file_count > 0;
create index item_waiting     on item (added_at)           where probed_at is null and file_count > 0;
create index item_failed      on item (id)                 where probe_error is not null and file_count > 0;
create index item_favorite    on item (added_at, id)       where file_count > 0 and favorite_count > 0;
create index item_vr          on item (added_at)           where effective_projection <> 'flat';
create index item_3d          on item (added_at)           where effective_stereo <> 'mono';
create index file_item        on file (item_id);
create index folder_item_item on folder_item (item_id);
create index item_tag_tag     on item_tag (tag_id, item_id);

create trigger folder_item_added after insert on folder_item begin
    update folder set item_count = item_count + 1 where id = new.folder_id;
end;

create trigger folder_item_removed after delete on folder_item begin
    update folder set item_count = item_count - 1 where id = old.folder_id;
end;

create trigger item_appeared after update of file_count on item
when old.file_count = 0 and new.file_count > 0 begin
    update library_stats set item_count = item_count + 1;
end;

create trigger item_vanished after update of file_count on item
when old.file_count > 0 and new.file_count = 0 begin
    update library_stats set item_count = item_count - 1;
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
