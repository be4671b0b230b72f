-- What is searched of a video: its title, its path, its tags. The row id is the video's.

create virtual table video_text using fts5 (
    title, path, tags,
    tokenize = 'unicode61 remove_diacritics 2',
    prefix = '2 3'
);

insert into video_text (rowid, title, path, tags)
select v.id, v.title, replace(coalesce(cast(f.path as text), ''), '/', ' '),
    coalesce((select group_concat(t.name, ' ') from video_tag vt join tag t on t.id = vt.tag_id
        where vt.video_id = v.id), '')
from video v join file f on f.id = v.file_id where v.file_count > 0;
