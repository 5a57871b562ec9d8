-- Used by: `baskets:import`, as a COPY in the database of the django-oscar shop: the lines of
-- guests' baskets. For baskets of users the filter asks for an owner.
-- Locks: nothing. The transaction is read-only.

SELECT
  l.id,
  l.basket_id,
  coalesce(nullif(btrim(s.partner_sku), ''), nullif(btrim(p.upc), '')),
  l.quantity,
  coalesce(to_jsonb(l) ->> 'price_incl_tax', to_jsonb(l) ->> 'price_excl_tax'),
  CASE WHEN to_jsonb(l) ? 'price_currency' THEN coalesce(to_jsonb(l) ->> 'price_currency', '') END,
  coalesce(to_jsonb(l) ->> 'date_created', b.date_created::text)
FROM
  basket_line l
  JOIN basket_basket b ON b.id = l.basket_id
  LEFT JOIN catalogue_product p ON p.id = l.product_id
  LEFT JOIN partner_stockrecord s ON s.id = l.stockrecord_id
WHERE b.status = 'Open' AND b.owner_id IS NULL AND b.id IN (1, 2)
