-- Used by: `baskets:import` (`cleanOptions`).
-- Locks: nothing. It creates a temporary table.

CREATE TEMPORARY TABLE line_options ON COMMIT DROP AS
SELECT
  l.id AS line_id,
  CASE
    WHEN (length(l.sku) <= 100 AND l.sku ~ '^[!-~]+( [!-~]+)*$' AND l.sku !~ '^[.]+$') THEN l.sku
    ELSE c.sku
  END AS sku,
  CASE WHEN octet_length(o.options) <= 32768 THEN o.options END AS options
FROM
  (
    SELECT line_id, json_agg(json_build_array(code, value) ORDER BY code, value)::text AS options
    FROM old_options
    GROUP BY line_id
  ) AS o
  JOIN old_lines l ON l.id = o.line_id
  LEFT JOIN clean_skus c ON c.raw = l.sku
