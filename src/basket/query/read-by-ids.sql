-- Used by: orders, login, checkout and replayed requests (`findBaskets`).
-- Locks: nothing.

SELECT
  b.id,
  b.owner_id AS "ownerId",
  b.status,
  b.version,
  b.last_merge AS "lastMerge",
  b.submitted_at AS "submittedAt",
  b.cancelled_at AS "cancelledAt",
  nullif(b.metadata, '{}') AS metadata,
  b.currency,
  l.sku,
  l.variant,
  CASE WHEN l.variant <> '' THEN l.attributes END AS attributes,
  l.quantity,
  l.unit_price_minor_when_added AS "unitPriceMinorWhenAdded",
  l.name_pinned AS "namePinned",
  l.unit_price_minor_pinned AS "unitPriceMinorPinned",
  p.name,
  p.unit_price_minor AS "unitPriceMinor",
  p.stock,
  nullif(p.reserved, 0) AS reserved,
  p.is_active AS "isActive",
  nullif(p.min_quantity, 1) AS "minQuantity",
  p.max_quantity AS "maxQuantity",
  nullif(p.quantity_step, 1) AS "quantityStep"
FROM baskets b LEFT JOIN basket_lines l ON l.basket_id = b.id LEFT JOIN products p ON p.sku = l.sku
WHERE b.id = ANY ($1)
ORDER BY l.added_at, l.sku, l.variant
