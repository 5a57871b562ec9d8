/**
 * Says whether a parsed body is nested deeper than `depth`. An object of plain members has depth 1.
 */
export function isDeeperThan(depth: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((member) => isDeeperThan(depth - 1, member));
}
