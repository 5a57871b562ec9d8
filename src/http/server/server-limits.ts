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

/**
 * The limits for receiving the headers and the whole request. A slow client occupies a connection.
 */
const HEADERS_MILLISECONDS = 10_000;
const REQUEST_MILLISECONDS = 30_000;
/**
 * Longer than load balancers keep idle connections. With a shorter limit, a load balancer could
 * send a request on a closing connection.
 */
const KEEP_ALIVE_MILLISECONDS = 65_000;
/** The limit for a client that does not read its response. */
const WRITE_MILLISECONDS = 60_000;
const MAX_CONNECTIONS = 10_000;

/** The options of Fastify's server and of the operations server. */
export const SERVER_OPTIONS = {
  headersTimeout: HEADERS_MILLISECONDS,
  requestTimeout: REQUEST_MILLISECONDS,
  keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
  // Node would answer without a body. `assertOneHost` answers with a problem.
  requireHostHeader: false,
} as const satisfies ServerOptions;

/** The problem of a request that Node could not parse, by the code of the error. */
const PROBLEM_OF_CODE: Record<string, ProblemType> = {
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'too-slow',
};

/**
 * Sets the limits that are not options of a server.
 *
 * Also answers an unknown `Expect`, because Node passes such a request to no route.
 *
 * @param warn is called when a connection can't be accepted, for example without memory. The server
 * continues.
 */
export function limitServer<T extends Server>(server: T, warn: (message: string) => void): T {
  // Nest removes its own listener when the server listens. Earlier errors are thrown by `listen`.
  server.on('error', (error) => server.listening && warn(`A connection was not accepted: ${error.message}`));
  server.setTimeout(WRITE_MILLISECONDS, (socket: Socket) => endStalled(server, socket));
  server.maxConnections = MAX_CONNECTIONS;
  // No limit on their number: Node drops further headers without an error. Their total size is
  // limited to 16 kB.
  server.maxHeadersCount = 0;
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const requestId = randomUUID();
    const body = bodyOf('expectation-failed', 'The only supported Expect is 100-continue.', requestId);
    const headers = { 'Content-Type': 'application/problem+json', 'X-Request-Id': requestId };
    response.writeHead(417, { ...headers, Connection: 'close' }).end(body);
  });
  return server;
}

/**
 * Destroys a stalled connection: its client does not read the response, or it has no request.
 *
 * Keeps a connection whose request is in progress, because it has nothing to write yet. Node calls
 * this listener for idle connections as well, after another timeout (`keepAliveTimeout`).
 */
function endStalled(server: Server, socket: Socket): void {
  const isIdle = socket.timeout !== server.timeout;
  if (isIdle || socket.writableLength > 0) socket.destroy();
}

/** Answers a request that Node could not parse. A listener of `clientError`. */
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
