const replayed = new WeakSet<object>();

/** Marks the answer to a request that an earlier request with the same `Idempotency-Key` has done. */
export function markReplayed<T extends object>(answer: T): T {
  replayed.add(answer);
  return answer;
}

/** Says whether the answer is to have the header `Idempotency-Replayed`. */
export function isReplayed(answer: object): boolean {
  return replayed.has(answer);
}
