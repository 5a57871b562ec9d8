-- Used by: `baskets:import` (`cleanSkus`).
-- Locks: nothing. It creates a temporary table.

CREATE TEMPORARY TABLE clean_skus ON COMMIT DROP AS
SELECT row_number() OVER ()::int AS id, raw, NULL::text AS sku
FROM
  (
    SELECT DISTINCT sku AS raw
    FROM old_lines
    WHERE
      length(sku) <= 1000
      AND NOT (length(sku) <= 100 AND sku ~ '^[!-~]+( [!-~]+)*$' AND sku !~ '^[.]+$')
  ) AS unusual
