-- Searches that people keep by a name. `query` is the gallery's arguments, as in its address.

create table saved_search (
    id         integer primary key,
    user_id    integer not null references user (id),
    name       text    not null,
    key        text    not null,              -- makes names equal whatever their case
    query      text    not null,
    created_at integer not null,
    unique (user_id, key)
) strict;
