-- A change of many items is its user's, who alone can undo it.

alter table bulk_edit add column user_id integer references "user" (id);
update bulk_edit set user_id = 1;
