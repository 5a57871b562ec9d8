import type { BasketDto } from './basket.dto.js';

/** The entity tag of a basket: it counts the shopper's changes, not those of prices and stock. */
export function etagOf({ id, version }: Pick<BasketDto, 'id' | 'version'>): string {
  return id === null ? '"none"' : `"${id}.${version}"`;
}
