-- Used by: `baskets:import`, as a COPY in the database of the django-oscar shop: the baskets of
-- users. For baskets of guests the filter names their ids.
-- Locks: nothing. The transaction is read-only.

SELECT
  b.id,
  b.owner_id IS NULL,
  to_jsonb(u) ->> 'email',
  to_jsonb(u) ->> 'password',
  nullif(btrim(concat_ws(' ', to_jsonb(u) ->> 'first_name', to_jsonb(u) ->> 'last_name')), ''),
  b.date_created
FROM basket_basket b LEFT JOIN "auth_user" u ON u.id = b.owner_id
WHERE b.status = 'Open' AND b.owner_id IS NOT NULL
