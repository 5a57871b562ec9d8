import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** A client that takes longer for its headers, or for all of its request, keeps a connection that others need. */
const HEADERS_MILLISECONDS = 10_000;
const REQUEST_MILLISECONDS = 30_000;
/** Longer than load balancers keep theirs, which then never send on one that is being closed. */
const KEEP_ALIVE_MILLISECONDS = 65_000;
const MOST_CONNECTIONS = 10_000;
const MOST_HEADERS = 100;

/** By Node's code: what was wrong with a request that is none yet. */
const ANSWERS: Record<string, [status: number, type: string, title: string]> = {
  HPE_HEADER_OVERFLOW: [431, 'headers-too-large', 'Request Header Fields Too Large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'too-slow', 'Request Timeout'],
};
const MALFORMED: [number, string, string] = [400, 'malformed-request', 'Bad Request'];

/**
 * Sets limits to what a client can keep busy, and says what was wrong before there was a request to route.
 *
 * @param warn is told when a connection can't be accepted, as when the system has no memory for it: the server goes on
 */
export function boundServer<T extends Server>(server: T, warn: (message: string) => void): T {
  // Nest removes its own listener when the server listens. An error of the start is still thrown by whoever starts it.
  server.on('error', (error) => server.listening && warn(`A connection was not accepted: ${error.message}`));
  server.headersTimeout = HEADERS_MILLISECONDS;
  server.requestTimeout = REQUEST_MILLISECONDS;
  server.keepAliveTimeout = KEEP_ALIVE_MILLISECONDS;
  server.maxConnections = MOST_CONNECTIONS;
  server.maxHeadersCount = MOST_HEADERS;
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    const [status, type, title] = ANSWERS[error.code ?? ''] ?? MALFORMED;
    const requestId = randomUUID();
    const body = JSON.stringify({
      type: `/problems/${type}`,
      title,
      status,
      detail: 'The connection is closed.',
      requestId,
    });
    socket.end(
      `HTTP/1.1 ${status} ${title}\r\nConnection: close\r\nContent-Type: application/problem+json\r\n` +
        `X-Request-Id: ${requestId}\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  });
  return server;
}
