-- Used by: `baskets:import` (`importStaged`).
-- Locks: nothing. It creates a temporary table.

CREATE TEMPORARY TABLE classified_lines ON COMMIT DROP AS
-- Materialized: each value is parsed once.
WITH
  stated AS MATERIALIZED (
    SELECT
      l.basket_id,
      l.currency,
      l.price IS NOT NULL AS has_price,
      l.added_at IS NOT NULL AS has_date,
      CASE
        WHEN (
          length(l.sku) <= 100
          AND l.sku ~ '^[!-~]+( [!-~]+)*$'
          AND l.sku !~ '^[.]+$'
        ) THEN l.sku
        ELSE c.sku
      END AS sku,
      coalesce(k.variant, '') AS variant,
      coalesce(k.attributes, '{}') AS attributes,
      o.line_id IS NOT NULL
      AND k.variant IS NULL AS has_unusable_options,
      CASE
        WHEN l.quantity ~ '^[0-9]{1,10}([.]0+)?$' THEN l.quantity::numeric::bigint
      END AS quantity,
      CASE WHEN l.price ~ '^[0-9]{1,12}([.][0-9]+)?$' THEN l.price::numeric END AS price,
      CASE
        WHEN l.added_at ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9:.+-]+)?$' THEN CASE
          WHEN l.added_at::timestamptz BETWEEN '1970-01-01Z' AND now() + interval '1 day' THEN l.added_at::timestamptz
        END
      END AS added_at
    FROM
      old_lines l
      LEFT JOIN clean_skus c ON c.raw = l.sku
      LEFT JOIN line_options o ON o.line_id = l.id
      LEFT JOIN clean_options k ON k.sku = o.sku
      AND k.options = o.options
  )
SELECT
  l.basket_id,
  l.sku,
  l.variant,
  l.attributes,
  l.quantity,
  l.added_at,
  price.minor AS unit_price_minor,
  CASE
    WHEN l.sku IS NULL THEN 'withoutSku'
    WHEN l.has_unusable_options THEN 'withUnusableOptions'
    WHEN l.quantity IS NULL
    OR l.quantity NOT BETWEEN 1 AND 2147483647 THEN 'withoutQuantity'
    WHEN l.currency <> $1 THEN 'inAnotherCurrency'
    WHEN price.minor IS NULL
    OR price.minor NOT BETWEEN 0 AND 2147483647 THEN 'withoutPrice'
    WHEN l.has_date
    AND l.added_at IS NULL THEN 'impossibleDate'
  END AS reason
FROM
  stated l
  LEFT JOIN products p ON p.sku = l.sku
  CROSS JOIN LATERAL (
    SELECT
      CASE WHEN l.has_price THEN round(l.price * $2::numeric) ELSE p.unit_price_minor END AS minor
  ) AS price
