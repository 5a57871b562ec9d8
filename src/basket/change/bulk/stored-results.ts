import { Problem, type ProblemMembers } from '../../../problem/problem.js';
import { PROBLEMS, type ProblemType } from '../../../problem/problem-types.js';
import type { ChangeOutcome } from './decide-changes.js';
import type { LineChange } from './line-change.js';

/** In bytes of the JSON in UTF-8, as PostgreSQL writes it. */
const MAX_RESULTS_BYTES = 16_384;

type Quantity = number | null;

/**
 * The outcomes of one request, in the order of its changes: a quantity alone if the change was
 * done, else also the type and the figures of the problem.
 *
 * A repeated request has the same changes, so their lines need not be stored.
 */
export type StoredResults = (
  Quantity | [Quantity, ProblemType] | [Quantity, ProblemType, detail: string, ProblemMembers]
)[];

/**
 * Converts outcomes for the column `results` of their key. Leaves out the figures of the problems
 * if they are too large, and returns null if that is not enough: an order can have thousands of
 * lines.
 */
export function toStoredResults(outcomes: readonly ChangeOutcome[]): StoredResults | null {
  const full: StoredResults = outcomes.map(({ quantity, problem }) =>
    problem ? [quantity, problem.type, problem.message, problem.members] : quantity,
  );
  if (fits(full)) return full;
  const short: StoredResults = outcomes.map(({ quantity, problem }) =>
    problem ? [quantity, problem.type] : quantity,
  );
  return fits(short) ? short : null;
}

/** Restores the outcomes of the first request with the key. */
export function toOutcomes(stored: StoredResults | null, changes: readonly LineChange[]): ChangeOutcome[] {
  return (stored ?? []).map((result, index) => {
    const lineId = changes[index]?.lineId ?? '';
    if (!Array.isArray(result)) return { lineId, quantity: result, problem: null };
    const [quantity, type, detail = `${PROBLEMS[type][1]}.`, members = {}] = result;
    return { lineId, quantity, problem: new Problem(type, detail, members) };
  });
}

/** PostgreSQL writes a space after each comma and colon. */
function fits(results: StoredResults): boolean {
  const json = JSON.stringify(results);
  return Buffer.byteLength(json) + (json.match(/[,:]/g)?.length ?? 0) <= MAX_RESULTS_BYTES;
}
