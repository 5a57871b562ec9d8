/**
 * Calls a callback with the result of a promise.
 *
 * It calls outside of the promise. Otherwise an error of the callback would become a rejection that
 * nobody handles.
 */
export function callbackify<T>(
  promise: Promise<T>,
  done: (error?: unknown, value?: T) => void = () => undefined,
): void {
  promise.then(
    (value) => process.nextTick(done, null, value),
    (error: unknown) => process.nextTick(done, error),
  );
}
