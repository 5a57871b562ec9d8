/** The options of a line, such as an engraving, by name. */
export type Attributes = Readonly<Record<string, string>>;

export interface LineOfSku {
  sku: string;
  attributes?: Attributes;
}

/**
 * Returns the key of a line in this browser.
 *
 * The shop's id is a hash. This key is also known while the shop has not confirmed the line, and
 * without a secure context, which the hash functions of browsers need.
 */
export function lineKey({ sku, attributes = {} }: LineOfSku): string {
  const entries = Object.entries(attributes);
  if (entries.length === 0) return sku;
  // Compares code units. The names are unique.
  entries.sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([sku, entries]);
}

/** Formats each option: `Engraving: Ada`. */
export function optionsOf({ attributes = {} }: Pick<LineOfSku, 'attributes'>): string[] {
  return Object.entries(attributes).map(
    ([name, value]) => `${name.charAt(0).toUpperCase()}${name.slice(1)}: ${value}`,
  );
}

/** Formats the name of a line with its options: `Glass teapot (Engraving: Ada)`. */
export function titleOf(line: { name: string; attributes?: Attributes }): string {
  const options = optionsOf(line);
  return options.length === 0 ? line.name : `${line.name} (${options.join(', ')})`;
}
