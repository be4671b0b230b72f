-- All videos: all
select i.id, i.version, i.added_at, 0 from item i where i.file_count > 0 and i.kind = 'video' and i.probe_error is null and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) order by i.added_at desc, i.id desc limit 61;
select coalesce(sum(item_count), 0) from library_stats where 'video' in ('', kind);
select i.added_at, i.id, i.probe_error is not null from item i where i.file_count > 0 and i.id = 1 and i.kind = 'video' and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id));

-- Music: kind=audio
select i.id, i.version, i.added_at, 0 from item i where i.file_count > 0 and i.kind = 'audio' and i.probe_error is null and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) order by i.added_at desc, i.id desc limit 61;
select i.id, i.version, i.added_at, 1 from (select id from item where probe_error is not null and file_count > 0) bad cross join item i on i.id = bad.id where i.file_count > 0 and i.kind = 'audio' and i.probe_error is not null and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) order by i.added_at desc, i.id desc limit 61;
select coalesce(sum(item_count), 0) from library_stats where 'audio' in ('', kind);
select i.added_at, i.id, i.probe_error is not null from item i where i.file_count > 0 and i.id = 1 and i.kind = 'audio' and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id));

-- Continue watching: started=1&sort=recent
select i.id, i.version, coalesce((select updated_at from playback_progress where item_id = i.id and user_id = 1), 0), 0 from playback_progress found cross join item i on i.id = found.item_id where i.file_count > 0 and i.id not in (select id from item where probe_error is not null and file_count > 0) and exists (select 1 from playback_progress where item_id = i.id and user_id = 1 and position_s >= 10.0) and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) and found.user_id = 1 and found.position_s >= 10.0 order by coalesce((select updated_at from playback_progress where item_id = i.id and user_id = 1), 0) desc, i.id desc limit 61;
select i.id, i.version, coalesce((select updated_at from playback_progress where item_id = i.id and user_id = 1), 0), 1 from (select id from item where probe_error is not null and file_count > 0) bad cross join item i on i.id = bad.id where i.file_count > 0 and i.probe_error is not null and exists (select 1 from playback_progress where item_id = i.id and user_id = 1 and position_s >= 10.0) and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) order by coalesce((select updated_at from playback_progress where item_id = i.id and user_id = 1), 0) desc, i.id desc limit 61;
select count(*) from playback_progress found cross join item i on i.id = found.item_id where i.file_count > 0 and exists (select 1 from playback_progress where item_id = i.id and user_id = 1 and position_s >= 10.0) and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) and found.user_id = 1 and found.position_s >= 10.0;
select coalesce((select updated_at from playback_progress where item_id = i.id and user_id = 1), 0), i.id, i.probe_error is not null from item i where i.file_count > 0 and i.id = 1 and exists (select 1 from playback_progress where item_id = i.id and user_id = 1 and position_s >= 10.0) and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id));

-- Favorites: favorites=1
select coalesce(sum(item_count), 0) from library_stats;
select count(*) from (select 1 from favorite found where found.user_id = 1 limit 78) few;
select i.id, i.version, i.added_at, 0 from favorite found cross join item i on i.id = found.item_id where i.file_count > 0 and i.probe_error is null and exists (select 1 from favorite where item_id = i.id and user_id = 1) and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) and found.user_id = 1 order by i.added_at desc, i.id desc limit 61;
select i.id, i.version, i.added_at, 1 from (select id from item where probe_error is not null and file_count > 0) bad cross join item i on i.id = bad.id where i.file_count > 0 and i.probe_error is not null and exists (select 1 from favorite where item_id = i.id and user_id = 1) and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) order by i.added_at desc, i.id desc limit 61;
select count(*) from favorite found cross join item i on i.id = found.item_id where i.file_count > 0 and exists (select 1 from favorite where item_id = i.id and user_id = 1) and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) and found.user_id = 1;
select i.added_at, i.id, i.probe_error is not null from item i where i.file_count > 0 and i.id = 1 and exists (select 1 from favorite where item_id = i.id and user_id = 1) and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id));

-- Top rated: min_average=4&sort=rating
select i.id, i.version, i.rating_average, 0 from item i where i.file_count > 0 and i.kind = 'video' and i.probe_error is null and i.rating_average >= 4 and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) order by i.rating_average desc, i.id desc limit 61;
select i.id, i.version, i.rating_average, 1 from (select id from item where probe_error is not null and file_count > 0) bad cross join item i on i.id = bad.id where i.file_count > 0 and i.kind = 'video' and i.probe_error is not null and i.rating_average >= 4 and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) order by i.rating_average desc, i.id desc limit 45;
select count(*) from item i where i.file_count > 0 and i.kind = 'video' and i.rating_average >= 4 and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id));
select i.rating_average, i.id, i.probe_error is not null from item i where i.file_count > 0 and i.id = 1 and i.kind = 'video' and i.rating_average >= 4 and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id));

-- Popular: sort=views
select i.id, i.version, i.view_count, 0 from item i where i.file_count > 0 and i.kind = 'video' and i.probe_error is null and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) order by i.view_count desc, i.id desc limit 61;
select coalesce(sum(item_count), 0) from library_stats where 'video' in ('', kind);
select i.view_count, i.id, i.probe_error is not null from item i where i.file_count > 0 and i.id = 1 and i.kind = 'video' and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id));

-- VR: vr=1
select coalesce(sum(item_count), 0) from library_stats;
select count(*) from (select 1 from video_facts found where found.effective_projection <> 'flat' limit 78) few;
select i.id, i.version, i.added_at, 0 from video_facts found cross join item i on i.id = found.item_id where i.file_count > 0 and i.kind = 'video' and i.probe_error is null and exists (select 1 from video_facts where item_id = i.id and effective_projection <> 'flat') and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) and found.effective_projection <> 'flat' order by i.added_at desc, i.id desc limit 61;
select i.id, i.version, i.added_at, 1 from (select id from item where probe_error is not null and file_count > 0) bad cross join item i on i.id = bad.id where i.file_count > 0 and i.kind = 'video' and i.probe_error is not null and exists (select 1 from video_facts where item_id = i.id and effective_projection <> 'flat') and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) order by i.added_at desc, i.id desc limit 61;
select count(*) from video_facts found cross join item i on i.id = found.item_id where i.file_count > 0 and i.kind = 'video' and exists (select 1 from video_facts where item_id = i.id and effective_projection <> 'flat') and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) and found.effective_projection <> 'flat';
select i.added_at, i.id, i.probe_error is not null from item i where i.file_count > 0 and i.id = 1 and i.kind = 'video' and exists (select 1 from video_facts where item_id = i.id and effective_projection <> 'flat') and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id));

-- sort=newest
select i.id, i.version, i.added_at, 0 from item i where i.file_count > 0 and i.kind = 'video' and i.probe_error is null and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) order by i.added_at desc, i.id desc limit 61;
select coalesce(sum(item_count), 0) from library_stats where 'video' in ('', kind);
select i.added_at, i.id, i.probe_error is not null from item i where i.file_count > 0 and i.id = 1 and i.kind = 'video' and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id));

-- sort=oldest
select i.id, i.version, i.added_at, 0 from item i where i.file_count > 0 and i.kind = 'video' and i.probe_error is null and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) order by i.added_at asc, i.id asc limit 61;
select coalesce(sum(item_count), 0) from library_stats where 'video' in ('', kind);
select i.added_at, i.id, i.probe_error is not null from item i where i.file_count > 0 and i.id = 1 and i.kind = 'video' and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id));

-- sort=title
select i.id, i.version, i.title_key, 0 from item i where i.file_count > 0 and i.kind = 'video' and i.probe_error is null and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) order by i.title_key asc, i.id asc limit 61;
select coalesce(sum(item_count), 0) from library_stats where 'video' in ('', kind);
select i.title_key, i.id, i.probe_error is not null from item i where i.file_count > 0 and i.id = 1 and i.kind = 'video' and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id));

-- sort=rating
select i.id, i.version, i.rating_average, 0 from item i where i.file_count > 0 and i.kind = 'video' and i.probe_error is null and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) order by i.rating_average desc, i.id desc limit 61;
select coalesce(sum(item_count), 0) from library_stats where 'video' in ('', kind);
select i.rating_average, i.id, i.probe_error is not null from item i where i.file_count > 0 and i.id = 1 and i.kind = 'video' and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id));

-- sort=views
select i.id, i.version, i.view_count, 0 from item i where i.file_count > 0 and i.kind = 'video' and i.probe_error is null and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) order by i.view_count desc, i.id desc limit 61;
select coalesce(sum(item_count), 0) from library_stats where 'video' in ('', kind);
select i.view_count, i.id, i.probe_error is not null from item i where i.file_count > 0 and i.id = 1 and i.kind = 'video' and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id));

-- sort=duration
select i.id, i.version, i.duration_s, 0 from item i where i.file_count > 0 and i.kind = 'video' and i.probe_error is null and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) order by i.duration_s desc, i.id desc limit 61;
select coalesce(sum(item_count), 0) from library_stats where 'video' in ('', kind);
select i.duration_s, i.id, i.probe_error is not null from item i where i.file_count > 0 and i.id = 1 and i.kind = 'video' and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id));

-- sort=size
select i.id, i.version, i.size_bytes, 0 from item i where i.file_count > 0 and i.kind = 'video' and i.probe_error is null and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) order by i.size_bytes desc, i.id desc limit 61;
select coalesce(sum(item_count), 0) from library_stats where 'video' in ('', kind);
select i.size_bytes, i.id, i.probe_error is not null from item i where i.file_count > 0 and i.id = 1 and i.kind = 'video' and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id));

-- sort=random
select i.id, i.version, (i.random_key * 7) % 2147483647, 0 from item i where i.file_count > 0 and i.kind = 'video' and i.id not in (select id from item where probe_error is not null and file_count > 0) and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) order by (i.random_key * 7) % 2147483647 asc, i.id asc limit 61;
select coalesce(sum(item_count), 0) from library_stats where 'video' in ('', kind);
select (i.random_key * 7) % 2147483647, i.id, i.probe_error is not null from item i where i.file_count > 0 and i.id = 1 and i.kind = 'video' and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id));

-- sort=recent
select i.id, i.version, coalesce((select updated_at from playback_progress where item_id = i.id and user_id = 1), 0), 0 from item i where i.file_count > 0 and i.kind = 'video' and i.id not in (select id from item where probe_error is not null and file_count > 0) and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) order by coalesce((select updated_at from playback_progress where item_id = i.id and user_id = 1), 0) desc, i.id desc limit 61;
select coalesce(sum(item_count), 0) from library_stats where 'video' in ('', kind);
select coalesce((select updated_at from playback_progress where item_id = i.id and user_id = 1), 0), i.id, i.probe_error is not null from item i where i.file_count > 0 and i.id = 1 and i.kind = 'video' and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id));

-- folder=Films
select item_count from folder where id = 2;
select coalesce(sum(item_count), 0) from library_stats;
select i.id, i.version, i.title_key, 0 from folder_item fv cross join item i on i.id = fv.item_id where i.file_count > 0 and i.probe_error is null and fv.folder_id = 2 order by i.title_key asc, i.id asc limit 61;
select i.id, i.version, i.title_key, 1 from (select id from item where probe_error is not null and file_count > 0) bad cross join item i on i.id = bad.id where i.file_count > 0 and i.probe_error is not null and (2 is null or exists (select 1 from folder_item where folder_id = 2 and item_id = i.id)) order by i.title_key asc, i.id asc limit 11;
select item_count from folder where id = 2;
select i.title_key, i.id, i.probe_error is not null from item i where i.file_count > 0 and i.id = 1 and (2 is null or exists (select 1 from folder_item where folder_id = 2 and item_id = i.id));

-- tag=sea
select item_count from tag where id = 1;
select coalesce(sum(item_count), 0) from library_stats;
select i.id, i.version, i.added_at, 0 from item_tag vt cross join item i on i.id = vt.item_id where i.file_count > 0 and i.probe_error is null and exists (select 1 from item_tag where tag_id = 1 and item_id = i.id) and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) and vt.tag_id = 1 order by i.added_at desc, i.id desc limit 61;
select i.id, i.version, i.added_at, 1 from (select id from item where probe_error is not null and file_count > 0) bad cross join item i on i.id = bad.id where i.file_count > 0 and i.probe_error is not null and exists (select 1 from item_tag where tag_id = 1 and item_id = i.id) and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) order by i.added_at desc, i.id desc limit 60;
select item_count from tag where id = 1;
select coalesce(sum(item_count), 0) from library_stats;
select count(*) from item_tag vt cross join item i on i.id = vt.item_id where i.file_count > 0 and exists (select 1 from item_tag where tag_id = 1 and item_id = i.id) and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) and vt.tag_id = 1;
select i.added_at, i.id, i.probe_error is not null from item i where i.file_count > 0 and i.id = 1 and exists (select 1 from item_tag where tag_id = 1 and item_id = i.id) and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id));

-- tag=sea&tag=night
select item_count from tag where id = 1;
select item_count from tag where id = 2;
select coalesce(sum(item_count), 0) from library_stats;
select i.id, i.version, i.added_at, 0 from item_tag vt cross join item i on i.id = vt.item_id where i.file_count > 0 and i.probe_error is null and exists (select 1 from item_tag where tag_id = 1 and item_id = i.id) and exists (select 1 from item_tag where tag_id = 2 and item_id = i.id) and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) and vt.tag_id = 1 order by i.added_at desc, i.id desc limit 61;
select i.id, i.version, i.added_at, 1 from (select id from item where probe_error is not null and file_count > 0) bad cross join item i on i.id = bad.id where i.file_count > 0 and i.probe_error is not null and exists (select 1 from item_tag where tag_id = 1 and item_id = i.id) and exists (select 1 from item_tag where tag_id = 2 and item_id = i.id) and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) order by i.added_at desc, i.id desc limit 60;
select item_count from tag where id = 1;
select item_count from tag where id = 2;
select coalesce(sum(item_count), 0) from library_stats;
select count(*) from item_tag vt cross join item i on i.id = vt.item_id where i.file_count > 0 and exists (select 1 from item_tag where tag_id = 1 and item_id = i.id) and exists (select 1 from item_tag where tag_id = 2 and item_id = i.id) and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) and vt.tag_id = 1;
select i.added_at, i.id, i.probe_error is not null from item i where i.file_count > 0 and i.id = 1 and exists (select 1 from item_tag where tag_id = 1 and item_id = i.id) and exists (select 1 from item_tag where tag_id = 2 and item_id = i.id) and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id));

-- q=video
select i.id, i.version, hit.rank, 0 from (select rowid as id, bm25(item_fts, 10.0, 2.0, 5.0) as rank from item_fts where item_fts match '"video"*') hit cross join item i on i.id = hit.id where i.file_count > 0 and i.probe_error is null and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) order by hit.rank asc, i.id asc limit 61;
-- PRAGMA 'main'.data_version;
-- SELECT pgno FROM 'main'.'item_fts_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'item_fts_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'item_fts_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'item_fts_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'item_fts_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'item_fts_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
select count(*) from item_fts where item_fts match '"video"*';
-- PRAGMA 'main'.data_version;
-- SELECT pgno FROM 'main'.'item_fts_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'item_fts_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'item_fts_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
select hit.rank, i.id, i.probe_error is not null from (select rowid as id, bm25(item_fts, 10.0, 2.0, 5.0) as rank from item_fts where item_fts match '"video"*' and rowid = 1) hit cross join item i on i.id = hit.id where i.file_count > 0 and i.id = 1 and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id));
-- PRAGMA 'main'.data_version;
-- SELECT pgno FROM 'main'.'item_fts_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'item_fts_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'item_fts_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'item_fts_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'item_fts_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'item_fts_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;

-- q=video&sort=title
select i.id, i.version, i.title_key, 0 from (select rowid as id from item_fts where item_fts match '"video"*') hit cross join item i on i.id = hit.id where i.file_count > 0 and i.probe_error is null and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) order by i.title_key asc, i.id asc limit 61;
-- PRAGMA 'main'.data_version;
-- SELECT pgno FROM 'main'.'item_fts_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'item_fts_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'item_fts_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
select count(*) from item_fts where item_fts match '"video"*';
-- PRAGMA 'main'.data_version;
-- SELECT pgno FROM 'main'.'item_fts_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'item_fts_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'item_fts_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
select i.title_key, i.id, i.probe_error is not null from (select rowid as id from item_fts where item_fts match '"video"*' and rowid = 1) hit cross join item i on i.id = hit.id where i.file_count > 0 and i.id = 1 and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id));
-- PRAGMA 'main'.data_version;
-- SELECT pgno FROM 'main'.'item_fts_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'item_fts_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'item_fts_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;

-- q=video&tag=sea
select i.id, i.version, hit.rank, 0 from (select rowid as id, bm25(item_fts, 10.0, 2.0, 5.0) as rank from item_fts where item_fts match '"video"*') hit cross join item i on i.id = hit.id where i.file_count > 0 and i.probe_error is null and exists (select 1 from item_tag where tag_id = 1 and item_id = i.id) and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) order by hit.rank asc, i.id asc limit 61;
-- PRAGMA 'main'.data_version;
-- SELECT pgno FROM 'main'.'item_fts_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'item_fts_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'item_fts_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'item_fts_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'item_fts_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'item_fts_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;
select count(*) from (select id from item where probe_error is not null and file_count > 0 limit 101) found;
select i.id, i.version, i.added_at, 1 from (select id from item where probe_error is not null and file_count > 0) bad cross join item i on i.id = bad.id where i.file_count > 0 and i.probe_error is not null and exists (select 1 from item_tag where tag_id = 1 and item_id = i.id) and exists (select 1 from item_fts where item_fts match '"video"*' and rowid = i.id) and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) order by i.added_at desc, i.id desc limit 60;
select count(*) from (select rowid as id, bm25(item_fts, 10.0, 2.0, 5.0) as rank from item_fts where item_fts match '"video"*') hit cross join item i on i.id = hit.id where i.file_count > 0 and exists (select 1 from item_tag where tag_id = 1 and item_id = i.id) and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id));
-- PRAGMA 'main'.data_version;
-- SELECT pgno FROM 'main'.'item_fts_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'item_fts_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'item_fts_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
select hit.rank, i.id, i.probe_error is not null from (select rowid as id, bm25(item_fts, 10.0, 2.0, 5.0) as rank from item_fts where item_fts match '"video"*' and rowid = 1) hit cross join item i on i.id = hit.id where i.file_count > 0 and i.id = 1 and exists (select 1 from item_tag where tag_id = 1 and item_id = i.id) and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id));
-- PRAGMA 'main'.data_version;
-- SELECT pgno FROM 'main'.'item_fts_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'item_fts_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'item_fts_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'item_fts_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'item_fts_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'item_fts_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT sz FROM 'main'.'item_fts_docsize' WHERE id=?;

-- watched=0
select i.id, i.version, i.added_at, 0 from item i where i.file_count > 0 and i.kind = 'video' and i.probe_error is null and not exists (select 1 from playback_progress where item_id = i.id and user_id = 1 and watched = 1) and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) order by i.added_at desc, i.id desc limit 61;
select count(*) from item i where i.file_count > 0 and i.kind = 'video' and not exists (select 1 from playback_progress where item_id = i.id and user_id = 1 and watched = 1) and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id));
select i.added_at, i.id, i.probe_error is not null from item i where i.file_count > 0 and i.id = 1 and i.kind = 'video' and not exists (select 1 from playback_progress where item_id = i.id and user_id = 1 and watched = 1) and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id));

-- watched=1
select coalesce(sum(item_count), 0) from library_stats;
select count(*) from (select 1 from playback_progress found where found.user_id = 1 and found.watched = 1 limit 78) few;
select i.id, i.version, i.added_at, 0 from playback_progress found cross join item i on i.id = found.item_id where i.file_count > 0 and i.kind = 'video' and i.probe_error is null and exists (select 1 from playback_progress where item_id = i.id and user_id = 1 and watched = 1) and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) and found.user_id = 1 and found.watched = 1 order by i.added_at desc, i.id desc limit 61;
select i.id, i.version, i.added_at, 1 from (select id from item where probe_error is not null and file_count > 0) bad cross join item i on i.id = bad.id where i.file_count > 0 and i.kind = 'video' and i.probe_error is not null and exists (select 1 from playback_progress where item_id = i.id and user_id = 1 and watched = 1) and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) order by i.added_at desc, i.id desc limit 61;
select count(*) from playback_progress found cross join item i on i.id = found.item_id where i.file_count > 0 and i.kind = 'video' and exists (select 1 from playback_progress where item_id = i.id and user_id = 1 and watched = 1) and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) and found.user_id = 1 and found.watched = 1;
select i.added_at, i.id, i.probe_error is not null from item i where i.file_count > 0 and i.id = 1 and i.kind = 'video' and exists (select 1 from playback_progress where item_id = i.id and user_id = 1 and watched = 1) and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id));

-- vr=1&stereo=1
select coalesce(sum(item_count), 0) from library_stats;
select count(*) from (select 1 from video_facts found where found.effective_projection <> 'flat' limit 78) few;
select i.id, i.version, i.added_at, 0 from video_facts found cross join item i on i.id = found.item_id where i.file_count > 0 and i.kind = 'video' and i.probe_error is null and exists (select 1 from video_facts where item_id = i.id and effective_projection <> 'flat') and exists (select 1 from video_facts where item_id = i.id and effective_stereo <> 'mono') and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) and found.effective_projection <> 'flat' order by i.added_at desc, i.id desc limit 61;
select i.id, i.version, i.added_at, 1 from (select id from item where probe_error is not null and file_count > 0) bad cross join item i on i.id = bad.id where i.file_count > 0 and i.kind = 'video' and i.probe_error is not null and exists (select 1 from video_facts where item_id = i.id and effective_projection <> 'flat') and exists (select 1 from video_facts where item_id = i.id and effective_stereo <> 'mono') and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) order by i.added_at desc, i.id desc limit 61;
select count(*) from video_facts found cross join item i on i.id = found.item_id where i.file_count > 0 and i.kind = 'video' and exists (select 1 from video_facts where item_id = i.id and effective_projection <> 'flat') and exists (select 1 from video_facts where item_id = i.id and effective_stereo <> 'mono') and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) and found.effective_projection <> 'flat';
select i.added_at, i.id, i.probe_error is not null from item i where i.file_count > 0 and i.id = 1 and i.kind = 'video' and exists (select 1 from video_facts where item_id = i.id and effective_projection <> 'flat') and exists (select 1 from video_facts where item_id = i.id and effective_stereo <> 'mono') and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id));

-- min_duration=60&max_duration=600
select i.id, i.version, i.added_at, 0 from item i where i.file_count > 0 and i.kind = 'video' and i.probe_error is null and i.duration_s >= 60 and i.duration_s < 600 and i.duration_s > 0 and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) order by i.added_at desc, i.id desc limit 61;
select i.id, i.version, i.added_at, 1 from (select id from item where probe_error is not null and file_count > 0) bad cross join item i on i.id = bad.id where i.file_count > 0 and i.kind = 'video' and i.probe_error is not null and i.duration_s >= 60 and i.duration_s < 600 and i.duration_s > 0 and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) order by i.added_at desc, i.id desc limit 50;
select count(*) from item i where i.file_count > 0 and i.kind = 'video' and i.duration_s >= 60 and i.duration_s < 600 and i.duration_s > 0 and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id));
select i.added_at, i.id, i.probe_error is not null from item i where i.file_count > 0 and i.id = 1 and i.kind = 'video' and i.duration_s >= 60 and i.duration_s < 600 and i.duration_s > 0 and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id));

-- min_height=1080&max_height=2160&folder=Films
select item_count from folder where id = 2;
select coalesce(sum(item_count), 0) from library_stats;
select i.id, i.version, i.title_key, 0 from folder_item fv cross join item i on i.id = fv.item_id where i.file_count > 0 and i.probe_error is null and exists (select 1 from video_facts where item_id = i.id and height >= 1080) and exists (select 1 from video_facts where item_id = i.id and height < 2160) and fv.folder_id = 2 order by i.title_key asc, i.id asc limit 61;
select i.id, i.version, i.title_key, 1 from (select id from item where probe_error is not null and file_count > 0) bad cross join item i on i.id = bad.id where i.file_count > 0 and i.probe_error is not null and exists (select 1 from video_facts where item_id = i.id and height >= 1080) and exists (select 1 from video_facts where item_id = i.id and height < 2160) and (2 is null or exists (select 1 from folder_item where folder_id = 2 and item_id = i.id)) order by i.title_key asc, i.id asc limit 11;
select item_count from folder where id = 2;
select coalesce(sum(item_count), 0) from library_stats;
select count(*) from folder_item fv cross join item i on i.id = fv.item_id where i.file_count > 0 and exists (select 1 from video_facts where item_id = i.id and height >= 1080) and exists (select 1 from video_facts where item_id = i.id and height < 2160) and fv.folder_id = 2;
select i.title_key, i.id, i.probe_error is not null from item i where i.file_count > 0 and i.id = 1 and exists (select 1 from video_facts where item_id = i.id and height >= 1080) and exists (select 1 from video_facts where item_id = i.id and height < 2160) and (2 is null or exists (select 1 from folder_item where folder_id = 2 and item_id = i.id));

-- favorites=1&min_rating=3&sort=size
select coalesce(sum(item_count), 0) from library_stats;
select count(*) from (select 1 from favorite found where found.user_id = 1 limit 78) few;
select i.id, i.version, i.size_bytes, 0 from favorite found cross join item i on i.id = found.item_id where i.file_count > 0 and i.probe_error is null and exists (select 1 from favorite where item_id = i.id and user_id = 1) and exists (select 1 from rating where item_id = i.id and user_id = 1 and value >= 3) and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) and found.user_id = 1 order by i.size_bytes desc, i.id desc limit 61;
select i.id, i.version, i.size_bytes, 1 from (select id from item where probe_error is not null and file_count > 0) bad cross join item i on i.id = bad.id where i.file_count > 0 and i.probe_error is not null and exists (select 1 from favorite where item_id = i.id and user_id = 1) and exists (select 1 from rating where item_id = i.id and user_id = 1 and value >= 3) and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) order by i.size_bytes desc, i.id desc limit 61;
select count(*) from favorite found cross join item i on i.id = found.item_id where i.file_count > 0 and exists (select 1 from favorite where item_id = i.id and user_id = 1) and exists (select 1 from rating where item_id = i.id and user_id = 1 and value >= 3) and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id)) and found.user_id = 1;
select i.size_bytes, i.id, i.probe_error is not null from item i where i.file_count > 0 and i.id = 1 and exists (select 1 from favorite where item_id = i.id and user_id = 1) and exists (select 1 from rating where item_id = i.id and user_id = 1 and value >= 3) and (NULL is null or exists (select 1 from folder_item where folder_id = NULL and item_id = i.id));
