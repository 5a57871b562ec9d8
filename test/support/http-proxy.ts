import { createServer, type IncomingMessage, request as send, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** Decides what happens to a request before it reaches the shop. Null means nothing. */
export type Interception = (request: IncomingMessage) => Promise<'unavailable' | 'lose-answer' | null>;

/** A proxy between a client and the shop that injects faults into HTTP. */
export class HttpProxy {
  private constructor(
    readonly url: string,
    private readonly server: ReturnType<typeof createServer>,
  ) {}

  static async open(shopUrl: string, intercept: Interception): Promise<HttpProxy> {
    const server = createServer((request, response) => {
      void forward(shopUrl, intercept, request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return new HttpProxy(`http://127.0.0.1:${port}`, server);
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

async function forward(
  shopUrl: string,
  intercept: Interception,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await buffer(request);
  const fault = await intercept(request);
  const answer = await passOn(shopUrl, request, body);
  if (fault === 'lose-answer') {
    answer.resume();
    request.socket.destroy();
    return;
  }
  if (fault === 'unavailable') {
    // The shop has made the change. The answer is the one after a commit with an unknown result. It
    // keeps the CORS headers.
    response.writeHead(503, { ...answer.headers, 'retry-after': '1', 'content-length': '0' }).end();
    answer.resume();
    return;
  }
  response.writeHead(answer.statusCode ?? 500, answer.headers);
  answer.pipe(response);
}

/** Sends all headers, including Host, because the shop compares it with the page's origin. */
async function passOn(shopUrl: string, request: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
  const { method, headers, url } = request;
  return new Promise((resolve, reject) => {
    send(shopUrl + url, { method, headers, agent: false }, resolve)
      .on('error', reject)
      .end(body);
  });
}
