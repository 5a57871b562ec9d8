const replayed = new WeakSet<object>();

/** Marks the response to a repeated request. An earlier one with its key has made the change. */
export function markReplayed<T extends object>(answer: T): T {
  replayed.add(answer);
  return answer;
}

/** Says whether the response gets the header `Idempotency-Replayed`. */
export function isReplayed(answer: object): boolean {
  return replayed.has(answer);
}
