import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createServer, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { toJsonChunks } from '../../../src/http/response/json-chunks.js';
import { sendJson } from '../../../src/http/response/send-json.js';
import { eventually } from '../../support/eventually.js';

async function* from<T>(values: T[]): AsyncGenerator<T> {
  for (const value of values) yield await Promise.resolve(value);
}

describe('JSON in pieces', () => {
  it('equals the JSON in one piece, for any pages', async () => {
    const value = fc.jsonValue({ maxDepth: 2 });
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.string(), fc.oneof(value, fc.array(fc.array(value)))),
        fc.array(fc.array(value)),
        async (members, pages) => {
          let json = '';
          for await (const chunk of toJsonChunks({ ...members, list: from(pages) })) json += chunk;
          expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify({ ...members, list: pages.flat() })));
        },
      ),
    );
  });
});

describe('a server that sends JSON in pieces', () => {
  let server: Server;
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  /** The outcome of sending the response of the only request: nothing, or an error. */
  let sent: Promise<unknown>;
  let response: ServerResponse;
  const serve = async (chunks: AsyncIterable<string>) => {
    let finish: (outcome: unknown) => void;
    sent = new Promise((resolve) => (finish = resolve));
    server = createServer((_request, answer) => {
      response = answer;
      sendJson(answer, chunks).then(
        () => finish('sent'),
        (error: unknown) => {
          finish(error);
          if (!answer.headersSent) answer.writeHead(500).end();
        },
      );
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  /**
   * An endless iteration. Counts the pieces taken, and records whether it was ended from outside.
   */
  const endless = () => {
    const state = { taken: 0, isEnded: false };
    async function* chunks() {
      try {
        for (;;) {
          state.taken += 1;
          yield await Promise.resolve('x'.repeat(10_000));
        }
      } finally {
        state.isEnded = true;
      }
    }
    return { state, chunks: chunks() };
  };
  const answerOf = async (url: string) => {
    const request = get(url);
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    return answer;
  };

  it('sends a short response at once, with its length', async () => {
    const url = await serve(from(['["', 'é', '"]']));

    const answer = await fetch(url);

    expect(await answer.text()).toBe('["é"]');
    expect(answer.headers.get('content-length')).toBe('6');
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await sent).toBe('sent');
  });

  it('sends a long response piece by piece, completely', async () => {
    const pieces = Array.from({ length: 300 }, (_, n) => `${n}${'é'.repeat(1_000)}`);

    const answer = await fetch(await serve(from(pieces)));

    expect(await answer.text()).toBe(pieces.join(''));
    expect(answer.headers.get('content-length')).toBeNull();
    expect(await sent).toBe('sent');
  });

  it('leaves an error before the first byte to its caller', async () => {
    async function* chunks() {
      yield await Promise.resolve('[');
      throw new Error('broken');
    }

    const { status } = await fetch(await serve(chunks()));

    expect(status).toBe(500);
    expect(await sent).toMatchObject({ message: 'broken' });
  });

  it('closes the connection after an error behind the first byte', async () => {
    async function* chunks() {
      for (let n = 0; n < 50; n++) yield await Promise.resolve('x'.repeat(10_000));
      throw new Error('broken');
    }

    const answer = await fetch(await serve(chunks()));

    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow();
    expect(await sent).toMatchObject({ message: 'broken' });
  });

  it('ends the iteration without an error when the client disconnects', async () => {
    const { state, chunks } = endless();
    const answer = await answerOf(await serve(chunks));

    answer.destroy();

    expect(await sent).toBe('sent');
    await eventually(() => Promise.resolve(state.isEnded));
  });

  it('takes no more pieces while the client reads none', async () => {
    const { state, chunks } = endless();
    const answer = await answerOf(await serve(chunks));
    answer.pause();
    await eventually(() => Promise.resolve(response.writableNeedDrain));
    // When a turn of the event loop brings no new piece, the system's buffers are full.
    let before = -1;
    await eventually(async () => {
      const isStill = state.taken === before;
      before = state.taken;
      return Promise.resolve(isStill && response.writableNeedDrain);
    });

    expect(state).toEqual({ taken: before, isEnded: false });
    expect(response.writableLength).toBeLessThan(1_000_000);
    answer.destroy();
    expect(await sent).toBe('sent');
  });

  it('answers HEAD without taking a piece', async () => {
    const { state, chunks } = endless();

    const answer = await fetch(await serve(chunks), { method: 'HEAD' });

    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(state.taken).toBe(0);
    expect(await sent).toBe('sent');
  });
});
