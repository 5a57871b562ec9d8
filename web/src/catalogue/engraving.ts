/** The products that this shop can engrave. The API does not know which options a shop offers. */
const ENGRAVABLE: ReadonlySet<string> = new Set(['POT-GLASS-1L', 'CUP-STONE-02']);

/** The longest text that fits on a cup. */
export const ENGRAVING_LENGTH = 30;

export function isEngravable({ sku }: { sku: string }): boolean {
  return ENGRAVABLE.has(sku);
}

/** Returns the options of a line with this engraving: none if the text is empty. */
export function toAttributes(engraving: string): Record<string, string> {
  const text = engraving.trim();
  return text === '' ? {} : { engraving: text };
}
