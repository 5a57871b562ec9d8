import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { limitServer } from '../../../src/http/server/server-limits.js';

describe('a server of HTTP', () => {
  const warnings: string[] = [];
  const server = limitServer(createServer(), (message) => warnings.push(message));
  afterEach(() => void server.close());

  it('says that a connection was not accepted, and goes on; a failed start is for whoever starts it', async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const second = limitServer(createServer(), (message) => warnings.push(message));

    second.listen(port, '127.0.0.1');
    const [error] = (await once(second, 'error')) as [NodeJS.ErrnoException];
    // As Node does it when the system has no memory for a connection.
    server.emit('error', new Error('accept ENOBUFS'));

    expect(error.code).toBe('EADDRINUSE');
    expect(warnings).toEqual(['A connection was not accepted: accept ENOBUFS']);
    expect(server.listening).toBe(true);
  });
});
