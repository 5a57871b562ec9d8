import { afterAll, beforeEach, afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { Agent, get, type IncomingMessage, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { eventually } from '../../support/eventually.js';
import { whileLocked } from '../../support/row-lock.js';
import { Shop } from '../../support/shop.js';

/** More responses than the buffers of both ends hold. */
const MANY = 200;

describe('a connection', () => {
  let shop: Shop;
  let server: Server;
  const sockets: Socket[] = [];
  const agent = new Agent({ keepAlive: true });
  beforeEach(async () => {
    shop = await Shop.open({ WEB: 'off' });
    server = shop.app.getHttpServer();
    // The limit is a minute otherwise.
    server.timeout = 100;
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await shop.close();
  });
  afterAll(() => agent.destroy());

  /** Returns the server's end of a new connection. */
  const opened = async (open: () => void): Promise<Socket> => {
    const connection = once(server, 'connection') as Promise<[Socket]>;
    open();
    const [socket] = await connection;
    return socket;
  };
  const neverReads = () => {
    const socket = connect(Number(new URL(shop.url).port), '127.0.0.1').pause();
    sockets.push(socket.on('error', () => undefined));
    socket.write('GET /api/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(MANY));
  };

  it('is closed when its client never reads its responses; others stay open', async () => {
    const tea = await shop.product();
    const idle = await opened(() => get(shop.url, { agent }, (answer: IncomingMessage) => answer.resume()));
    const adds = () => [shop.guest().adds(tea)];

    const [basket] = await whileLocked(shop, ['LOCK TABLE basket_lines', []], adds, async () => {
      const stalled = await opened(neverReads);
      await once(stalled, 'close');
    });

    expect(basket?.totals.quantity).toBe(1);
    expect(idle.destroyed).toBe(false);
    const { body } = await shop.guest().sends<string>('GET', '/metrics');
    expect(body).toMatch(/_requests_aborted_total\{method="GET",route="\/api\/openapi.json"\} [1-9]/);
  });

  it('is closed by a separate limit when it is idle', async () => {
    server.keepAliveTimeout = 50;
    const idle = await opened(() => get(shop.url, { agent }, (answer: IncomingMessage) => answer.resume()));

    await eventually(() => Promise.resolve(idle.destroyed));
  });
});
