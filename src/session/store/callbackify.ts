/** Hands a promise's end to a callback, outside of the promise, so that what the callback throws is not lost in it. */
export function callbackify<T>(
  promise: Promise<T>,
  done: (error?: unknown, value?: T) => void = () => undefined,
): void {
  promise.then(
    (value) => process.nextTick(done, null, value),
    (error: unknown) => process.nextTick(done, error),
  );
}
