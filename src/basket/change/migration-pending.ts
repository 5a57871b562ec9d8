import { Problem } from '../../problem/problem.js';

/** Refuses what needs the last migration. It waits for the end of the earlier version. */
export function migrationPending(detail: string, cause?: unknown): Problem {
  return new Problem('migration-pending', detail, {}, { cause, headers: { 'Retry-After': '60' } });
}
