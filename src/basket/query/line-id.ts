import { createHash } from 'node:crypto';

/** The options of a line, such as an engraving, by name. */
export type Attributes = Readonly<Record<string, string>>;

const VARIANT_BYTES = 16;
const VARIANT = new RegExp(`^[0-9a-f]{${VARIANT_BYTES * 2}}$`);

/**
 * Returns the variant of a line: a hash of its sku and attributes, or `''` without attributes. The
 * order of the names does not matter.
 */
export function variantOf(sku: string, attributes: Attributes): string {
  const entries = Object.entries(attributes);
  if (entries.length === 0) return '';
  // Compares code units. The names are unique.
  entries.sort(([one], [other]) => (one < other ? -1 : 1));
  const digest = createHash('sha256')
    .update(JSON.stringify([sku, entries]))
    .digest();
  return digest.subarray(0, VARIANT_BYTES).toString('hex');
}

/** Returns the id of a line in the API. */
export function lineIdOf({ sku, variant }: { sku: string; variant: string }): string {
  return variant === '' ? sku : variant;
}

/** Says whether the id of a line may be a variant. It may also be a sku of this form. */
export function canBeVariant(lineId: string): boolean {
  return VARIANT.test(lineId);
}
