-- All videos: all
select v.id, v.version, v.added_at from video v where v.file_count > 0 and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id)) order by v.added_at desc, v.id desc limit 61;
select video_count from library;
select v.added_at, v.id from video v where v.file_count > 0 and v.id = 1 and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id));

-- Continue watching: started=1&sort=recent
select v.id, v.version, coalesce((select updated_at from progress where video_id = v.id and user_id = 1), 0) from progress p cross join video v on v.id = p.video_id where v.file_count > 0 and exists (select 1 from progress where video_id = v.id and user_id = 1 and position_s >= 10.0) and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id)) and p.user_id = 1 and p.position_s >= 10.0 order by coalesce((select updated_at from progress where video_id = v.id and user_id = 1), 0) desc, v.id desc limit 61;
select count(*) from progress p cross join video v on v.id = p.video_id where v.file_count > 0 and exists (select 1 from progress where video_id = v.id and user_id = 1 and position_s >= 10.0) and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id)) and p.user_id = 1 and p.position_s >= 10.0;
select coalesce((select updated_at from progress where video_id = v.id and user_id = 1), 0), v.id from video v where v.file_count > 0 and v.id = 1 and exists (select 1 from progress where video_id = v.id and user_id = 1 and position_s >= 10.0) and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id));

-- Favorites: favorites=1
select v.id, v.version, v.added_at from video v where v.file_count > 0 and v.favorite_count > 0 and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id)) order by v.added_at desc, v.id desc limit 61;
select count(*) from video v where v.file_count > 0 and v.favorite_count > 0 and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id));
select v.added_at, v.id from video v where v.file_count > 0 and v.id = 1 and v.favorite_count > 0 and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id));

-- Top rated: min_rating=4&sort=rating
select v.id, v.version, v.rating_average from video v where v.file_count > 0 and v.rating_average >= 4 and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id)) order by v.rating_average desc, v.id desc limit 61;
select count(*) from video v where v.file_count > 0 and v.rating_average >= 4 and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id));
select v.rating_average, v.id from video v where v.file_count > 0 and v.id = 1 and v.rating_average >= 4 and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id));

-- Popular: sort=views
select v.id, v.version, v.view_count from video v where v.file_count > 0 and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id)) order by v.view_count desc, v.id desc limit 61;
select video_count from library;
select v.view_count, v.id from video v where v.file_count > 0 and v.id = 1 and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id));

-- VR: vr=1
select v.id, v.version, v.added_at from video v where v.file_count > 0 and v.shown_projection <> 'flat' and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id)) order by v.added_at desc, v.id desc limit 61;
select count(*) from video v where v.file_count > 0 and v.shown_projection <> 'flat' and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id));
select v.added_at, v.id from video v where v.file_count > 0 and v.id = 1 and v.shown_projection <> 'flat' and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id));

-- sort=newest
select v.id, v.version, v.added_at from video v where v.file_count > 0 and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id)) order by v.added_at desc, v.id desc limit 61;
select video_count from library;
select v.added_at, v.id from video v where v.file_count > 0 and v.id = 1 and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id));

-- sort=oldest
select v.id, v.version, v.added_at from video v where v.file_count > 0 and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id)) order by v.added_at asc, v.id asc limit 61;
select video_count from library;
select v.added_at, v.id from video v where v.file_count > 0 and v.id = 1 and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id));

-- sort=title
select v.id, v.version, v.title_key from video v where v.file_count > 0 and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id)) order by v.title_key asc, v.id asc limit 61;
select video_count from library;
select v.title_key, v.id from video v where v.file_count > 0 and v.id = 1 and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id));

-- sort=rating
select v.id, v.version, v.rating_average from video v where v.file_count > 0 and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id)) order by v.rating_average desc, v.id desc limit 61;
select video_count from library;
select v.rating_average, v.id from video v where v.file_count > 0 and v.id = 1 and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id));

-- sort=views
select v.id, v.version, v.view_count from video v where v.file_count > 0 and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id)) order by v.view_count desc, v.id desc limit 61;
select video_count from library;
select v.view_count, v.id from video v where v.file_count > 0 and v.id = 1 and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id));

-- sort=duration
select v.id, v.version, v.duration_s from video v where v.file_count > 0 and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id)) order by v.duration_s desc, v.id desc limit 61;
select video_count from library;
select v.duration_s, v.id from video v where v.file_count > 0 and v.id = 1 and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id));

-- sort=size
select v.id, v.version, v.size_bytes from video v where v.file_count > 0 and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id)) order by v.size_bytes desc, v.id desc limit 61;
select video_count from library;
select v.size_bytes, v.id from video v where v.file_count > 0 and v.id = 1 and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id));

-- sort=random
select v.id, v.version, (v.random_key * 7) % 2147483647 from video v where v.file_count > 0 and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id)) order by (v.random_key * 7) % 2147483647 asc, v.id asc limit 61;
select video_count from library;
select (v.random_key * 7) % 2147483647, v.id from video v where v.file_count > 0 and v.id = 1 and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id));

-- sort=recent
select v.id, v.version, coalesce((select updated_at from progress where video_id = v.id and user_id = 1), 0) from video v where v.file_count > 0 and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id)) order by coalesce((select updated_at from progress where video_id = v.id and user_id = 1), 0) desc, v.id desc limit 61;
select video_count from library;
select coalesce((select updated_at from progress where video_id = v.id and user_id = 1), 0), v.id from video v where v.file_count > 0 and v.id = 1 and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id));

-- folder=Films
select video_count from folder where id = 2;
select video_count from library;
select v.id, v.version, v.title_key from folder_video fv cross join video v on v.id = fv.video_id where v.file_count > 0 and fv.folder_id = 2 order by v.title_key asc, v.id asc limit 61;
select video_count from folder where id = 2;
select v.title_key, v.id from video v where v.file_count > 0 and v.id = 1 and (2 is null or exists (select 1 from folder_video where folder_id = 2 and video_id = v.id));

-- tag=sea
select video_count from tag where id = 1;
select video_count from library;
select v.id, v.version, v.added_at from video_tag vt cross join video v on v.id = vt.video_id where v.file_count > 0 and exists (select 1 from video_tag where tag_id = 1 and video_id = v.id) and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id)) and vt.tag_id = 1 order by v.added_at desc, v.id desc limit 61;
select video_count from tag where id = 1;
select video_count from library;
select count(*) from video_tag vt cross join video v on v.id = vt.video_id where v.file_count > 0 and exists (select 1 from video_tag where tag_id = 1 and video_id = v.id) and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id)) and vt.tag_id = 1;
select v.added_at, v.id from video v where v.file_count > 0 and v.id = 1 and exists (select 1 from video_tag where tag_id = 1 and video_id = v.id) and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id));

-- tag=sea&tag=night
select video_count from tag where id = 1;
select video_count from tag where id = 2;
select video_count from library;
select v.id, v.version, v.added_at from video_tag vt cross join video v on v.id = vt.video_id where v.file_count > 0 and exists (select 1 from video_tag where tag_id = 1 and video_id = v.id) and exists (select 1 from video_tag where tag_id = 2 and video_id = v.id) and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id)) and vt.tag_id = 1 order by v.added_at desc, v.id desc limit 61;
select video_count from tag where id = 1;
select video_count from tag where id = 2;
select video_count from library;
select count(*) from video_tag vt cross join video v on v.id = vt.video_id where v.file_count > 0 and exists (select 1 from video_tag where tag_id = 1 and video_id = v.id) and exists (select 1 from video_tag where tag_id = 2 and video_id = v.id) and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id)) and vt.tag_id = 1;
select v.added_at, v.id from video v where v.file_count > 0 and v.id = 1 and exists (select 1 from video_tag where tag_id = 1 and video_id = v.id) and exists (select 1 from video_tag where tag_id = 2 and video_id = v.id) and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id));

-- q=video
select v.id, v.version, hit.rank from (select rowid, bm25(video_text, 10.0, 2.0, 5.0) as rank from video_text where video_text match '"video"*') hit cross join video v on v.id = hit.rowid where v.file_count > 0 and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id)) order by hit.rank asc, v.id asc limit 61;
-- PRAGMA 'main'.data_version;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
select count(*) from video_text where video_text match '"video"*';
-- PRAGMA 'main'.data_version;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
select hit.rank, v.id from (select rowid, bm25(video_text, 10.0, 2.0, 5.0) as rank from video_text where video_text match '"video"*' and rowid = 1) hit cross join video v on v.id = hit.rowid where v.file_count > 0 and v.id = 1 and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id));
-- PRAGMA 'main'.data_version;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;

-- q=video&sort=title
select v.id, v.version, v.title_key from (select rowid from video_text where video_text match '"video"*') hit cross join video v on v.id = hit.rowid where v.file_count > 0 and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id)) order by v.title_key asc, v.id asc limit 61;
-- PRAGMA 'main'.data_version;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
select count(*) from video_text where video_text match '"video"*';
-- PRAGMA 'main'.data_version;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
select v.title_key, v.id from (select rowid from video_text where video_text match '"video"*' and rowid = 1) hit cross join video v on v.id = hit.rowid where v.file_count > 0 and v.id = 1 and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id));
-- PRAGMA 'main'.data_version;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;

-- q=video&tag=sea
select v.id, v.version, hit.rank from (select rowid, bm25(video_text, 10.0, 2.0, 5.0) as rank from video_text where video_text match '"video"*') hit cross join video v on v.id = hit.rowid where v.file_count > 0 and exists (select 1 from video_tag where tag_id = 1 and video_id = v.id) and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id)) order by hit.rank asc, v.id asc limit 61;
-- PRAGMA 'main'.data_version;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;
select count(*) from (select rowid, bm25(video_text, 10.0, 2.0, 5.0) as rank from video_text where video_text match '"video"*') hit cross join video v on v.id = hit.rowid where v.file_count > 0 and exists (select 1 from video_tag where tag_id = 1 and video_id = v.id) and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id));
-- PRAGMA 'main'.data_version;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
select hit.rank, v.id from (select rowid, bm25(video_text, 10.0, 2.0, 5.0) as rank from video_text where video_text match '"video"*' and rowid = 1) hit cross join video v on v.id = hit.rowid where v.file_count > 0 and v.id = 1 and exists (select 1 from video_tag where tag_id = 1 and video_id = v.id) and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id));
-- PRAGMA 'main'.data_version;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT pgno FROM 'main'.'video_text_idx' WHERE segid=? AND term<=? ORDER BY term DESC LIMIT 1;
-- SELECT sz FROM 'main'.'video_text_docsize' WHERE id=?;

-- watched=0
select v.id, v.version, v.added_at from video v where v.file_count > 0 and not exists (select 1 from progress where video_id = v.id and user_id = 1 and watched) and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id)) order by v.added_at desc, v.id desc limit 61;
select count(*) from video v where v.file_count > 0 and not exists (select 1 from progress where video_id = v.id and user_id = 1 and watched) and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id));
select v.added_at, v.id from video v where v.file_count > 0 and v.id = 1 and not exists (select 1 from progress where video_id = v.id and user_id = 1 and watched) and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id));

-- watched=1
select v.id, v.version, v.added_at from video v where v.file_count > 0 and exists (select 1 from progress where video_id = v.id and user_id = 1 and watched) and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id)) order by v.added_at desc, v.id desc limit 61;
select count(*) from video v where v.file_count > 0 and exists (select 1 from progress where video_id = v.id and user_id = 1 and watched) and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id));
select v.added_at, v.id from video v where v.file_count > 0 and v.id = 1 and exists (select 1 from progress where video_id = v.id and user_id = 1 and watched) and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id));

-- vr=1&stereo=1
select v.id, v.version, v.added_at from video v where v.file_count > 0 and v.shown_projection <> 'flat' and v.shown_stereo <> 'mono' and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id)) order by v.added_at desc, v.id desc limit 61;
select count(*) from video v where v.file_count > 0 and v.shown_projection <> 'flat' and v.shown_stereo <> 'mono' and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id));
select v.added_at, v.id from video v where v.file_count > 0 and v.id = 1 and v.shown_projection <> 'flat' and v.shown_stereo <> 'mono' and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id));

-- min_duration=60&max_duration=600
select v.id, v.version, v.added_at from video v where v.file_count > 0 and v.duration_s >= 60 and v.duration_s < 600 and v.duration_s > 0 and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id)) order by v.added_at desc, v.id desc limit 61;
select count(*) from video v where v.file_count > 0 and v.duration_s >= 60 and v.duration_s < 600 and v.duration_s > 0 and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id));
select v.added_at, v.id from video v where v.file_count > 0 and v.id = 1 and v.duration_s >= 60 and v.duration_s < 600 and v.duration_s > 0 and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id));

-- min_height=1080&max_height=2160&folder=Films
select video_count from folder where id = 2;
select video_count from library;
select v.id, v.version, v.title_key from folder_video fv cross join video v on v.id = fv.video_id where v.file_count > 0 and v.height >= 1080 and v.height < 2160 and fv.folder_id = 2 order by v.title_key asc, v.id asc limit 61;
select video_count from folder where id = 2;
select video_count from library;
select count(*) from folder_video fv cross join video v on v.id = fv.video_id where v.file_count > 0 and v.height >= 1080 and v.height < 2160 and fv.folder_id = 2;
select v.title_key, v.id from video v where v.file_count > 0 and v.id = 1 and v.height >= 1080 and v.height < 2160 and (2 is null or exists (select 1 from folder_video where folder_id = 2 and video_id = v.id));

-- favorites=1&min_rating=3&sort=size
select v.id, v.version, v.size_bytes from video v where v.file_count > 0 and v.favorite_count > 0 and v.rating_average >= 3 and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id)) order by v.size_bytes desc, v.id desc limit 61;
select count(*) from video v where v.file_count > 0 and v.favorite_count > 0 and v.rating_average >= 3 and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id));
select v.size_bytes, v.id from video v where v.file_count > 0 and v.id = 1 and v.favorite_count > 0 and v.rating_average >= 3 and (NULL is null or exists (select 1 from folder_video where folder_id = NULL and video_id = v.id));
