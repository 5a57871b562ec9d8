import { randomUUID } from 'node:crypto';
import {
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Socket } from 'node:net';
import { PROBLEMS, type ProblemType } from '../../problem/problem-types.js';

/** A client that takes longer for its headers, or for all of its request, keeps a connection that others need. */
const HEADERS_MILLISECONDS = 10_000;
const REQUEST_MILLISECONDS = 30_000;
/** Longer than load balancers keep theirs, which then never send on one that is being closed. */
const KEEP_ALIVE_MILLISECONDS = 65_000;
/** A client that takes nothing of an answer for so long is not waited for. */
const WRITE_MILLISECONDS = 60_000;
const MAX_CONNECTIONS = 10_000;

/** The options of both servers: Fastify makes the first one, and knows nothing of the second. */
export const SERVER_OPTIONS = {
  headersTimeout: HEADERS_MILLISECONDS,
  requestTimeout: REQUEST_MILLISECONDS,
  keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
  // Node would answer without a body. `assertOneHost` says what is wrong.
  requireHostHeader: false,
} as const satisfies ServerOptions;

/** By Node's code: what was wrong with a request that is none yet. */
const PROBLEM_OF_CODE: Record<string, ProblemType> = {
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'too-slow',
};

/**
 * Sets what is no option of a server, and says what is wrong where no request reaches the application.
 *
 * @param warn is told when a connection can't be accepted, as when the system has no memory for it: the server goes on
 */
export function limitServer<T extends Server>(server: T, warn: (message: string) => void): T {
  // Nest removes its own listener when the server listens. An error of the start is still thrown by whoever starts it.
  server.on('error', (error) => server.listening && warn(`A connection was not accepted: ${error.message}`));
  server.setTimeout(WRITE_MILLISECONDS, (socket: Socket) => endStalled(server, socket));
  server.maxConnections = MAX_CONNECTIONS;
  // No limit: Node drops the headers past this number without an error. All of them together are limited to 16 kB.
  server.maxHeadersCount = 0;
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const requestId = randomUUID();
    const body = bodyOf('expectation-failed', 'Send no Expect but 100-continue.', requestId);
    const headers = { 'Content-Type': 'application/problem+json', 'X-Request-Id': requestId };
    response.writeHead(417, { ...headers, Connection: 'close' }).end(body);
  });
  return server;
}

/**
 * Ends a connection on which nothing has moved: one whose client does not take its answer, or has no request on it.
 *
 * Not one whose request is at work: it has nothing to write yet. Node keeps idle connections by another timeout than the
 * server's (`keepAliveTimeout`), and tells this listener of both.
 */
function endStalled(server: Server, socket: Socket): void {
  const isIdle = socket.timeout !== server.timeout;
  if (isIdle || socket.writableLength > 0) socket.destroy();
}

/** Says what was wrong before there was a request to route: a listener of `clientError`. */
export function answerParserError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const type = PROBLEM_OF_CODE[error.code ?? ''] ?? 'malformed-request';
  const [status] = PROBLEMS[type];
  const requestId = randomUUID();
  const body = bodyOf(type, 'The connection is closed.', requestId);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: application/problem+json\r\n` +
      `X-Request-Id: ${requestId}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

function bodyOf(type: ProblemType, detail: string, requestId: string): string {
  const [status, title] = PROBLEMS[type];
  return JSON.stringify({ type: `/problems/${type}`, title, status, detail, requestId });
}
