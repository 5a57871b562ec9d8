import type { ServerResponse } from 'node:http';

/** Aborts when the connection of a response closes: nobody waits for the answer any more. */
export function closeSignal(response: ServerResponse): AbortSignal {
  if (response.closed) return AbortSignal.abort();
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  return controller.signal;
}
