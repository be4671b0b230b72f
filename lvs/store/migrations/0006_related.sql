-- What related videos are found by.

-- In how many videos each word is, read from the search index itself.
create virtual table video_word using fts5vocab(video_text, row);

-- The videos of a folder by their ids: those that came together.
drop index file_folder;
create index file_folder on file (folder_id, video_id);
