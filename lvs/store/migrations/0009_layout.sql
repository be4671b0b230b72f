-- How a video is shown in a headset: what was found, unless a person has chosen otherwise.

alter table video add column chosen_projection text;
alter table video add column chosen_stereo text;
alter table video add column shown_projection text
    generated always as (coalesce(chosen_projection, projection)) virtual;
alter table video add column shown_stereo text
    generated always as (coalesce(chosen_stereo, stereo)) virtual;

create index video_vr on video (added_at) where shown_projection <> 'flat';
create index video_3d on video (added_at) where shown_stereo <> 'mono';
