const replayed = new WeakSet<object>();

/** Marks the answer to a repeated request, which an earlier one with the same key has done. */
export function markReplayed<T extends object>(answer: T): T {
  replayed.add(answer);
  return answer;
}

/** Says whether the answer gets the header `Idempotency-Replayed`. */
export function isReplayed(answer: object): boolean {
  return replayed.has(answer);
}
