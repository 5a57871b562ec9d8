import type { ServerResponse } from 'node:http';
import { Problem } from '../../problem/problem.js';

/** Returns a signal that aborts when the connection of a response closes. */
export function closeSignal(response: ServerResponse): AbortSignal {
  if (response.closed) return AbortSignal.abort();
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  return controller.signal;
}

/**
 * Creates the problem of a closed connection, which no client reads. Its status is for the metrics,
 * and the log gets no warning.
 */
export function clientClosed(): Problem {
  return new Problem('too-slow', 'The client closed the connection before the request was served.');
}
