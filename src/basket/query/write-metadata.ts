import type { EntityManager } from 'typeorm';
import type { BasketSnapshot, Metadata } from './basket-snapshot.js';
import { COUNT_CHANGE } from './write-basket.js';

export const WRITE_METADATA = `UPDATE baskets SET metadata = $2, ${COUNT_CHANGE} WHERE id = $1 AND status = 'open'`;

/** Replaces the metadata of a locked basket, and returns the basket after it. */
export async function writeMetadata(
  manager: EntityManager,
  basket: BasketSnapshot,
  metadata: Metadata,
): Promise<BasketSnapshot> {
  await manager.query(WRITE_METADATA, [basket.id, JSON.stringify(metadata)]);
  return { ...basket, version: basket.version + 1, lastMerge: null, metadata };
}
