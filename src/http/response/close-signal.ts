import type { ServerResponse } from 'node:http';
import { Problem } from '../../problem/problem.js';

/** Aborts when the connection of a response closes: nobody waits for the answer any more. */
export function closeSignal(response: ServerResponse): AbortSignal {
  if (response.closed) return AbortSignal.abort();
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  return controller.signal;
}

/** Nobody reads this answer. Its status is for the metrics, and it is no warning in the log. */
export function clientClosed(): Problem {
  return new Problem('too-slow', 'The client closed the connection before the request was served.');
}
