-- Where people are in a video. A view is counted on the video itself.

create table progress (
    video_id   integer not null references video (id),
    user_id    integer not null references user (id),
    position_s real    not null,
    watched    integer not null default 0,   -- seen to its end at least once
    updated_at integer not null,
    primary key (video_id, user_id)
) strict, without rowid;
