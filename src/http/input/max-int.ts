/** The largest PostgreSQL int. */
export const MAX_INT = 2_147_483_647;

/** Says whether a value is a PostgreSQL int that is not below `min`. */
export function isInt(value: unknown, min: number): value is number {
  return Number.isInteger(value) && Number(value) >= min && Number(value) <= MAX_INT;
}
