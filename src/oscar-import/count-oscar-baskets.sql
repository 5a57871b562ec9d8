-- Used by: `baskets:import`, in the database of the django-oscar shop.
-- Locks: nothing. The transaction is read-only.

SELECT
  count(*) FILTER (WHERE b.status = 'Open' AND owner_id IS NOT NULL)::int AS owned,
  count(*) FILTER (WHERE b.status = 'Open' AND owner_id IS NULL)::int AS guest,
  count(*) FILTER (WHERE NOT b.status = 'Open')::int AS other,
  (
    SELECT coalesce(max(l.reltuples) / nullif(max(b.reltuples), 0), 0)::float8
    FROM pg_class l, pg_class b
    WHERE l.oid = 'basket_line'::regclass AND b.oid = 'basket_basket'::regclass AND l.reltuples > 0
  ) AS "linesOfABasket"
FROM basket_basket b
