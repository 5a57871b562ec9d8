-- Used by: `baskets:import`, as a COPY in the database of the django-oscar shop: the options of the
-- lines in guests' baskets. For baskets of users the filter asks for an owner.
-- Locks: nothing. The transaction is read-only.

SELECT l.id, left(o.code::text, 128), left(to_json(a.value)::text, 3003)
FROM
  basket_lineattribute a
  JOIN basket_line l ON l.id = a.line_id
  JOIN basket_basket b ON b.id = l.basket_id
  LEFT JOIN catalogue_option o ON o.id = a.option_id
WHERE b.status = 'Open' AND b.owner_id IS NULL AND b.id IN (1, 2)
