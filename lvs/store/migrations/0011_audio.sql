-- Audio: what its tags and its probe say. One file for both engines: so not `strict`.

create table audio_facts (
    item_id      integer primary key references item (id) on delete cascade,
    title        text,
    artist       text,
    album        text,
    album_artist text,
    track        integer,
    disc         integer,
    year         integer,
    genre        text,
    codec        text,
    sample_rate  integer,
    channels     integer
);
