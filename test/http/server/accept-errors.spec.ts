import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { limitServer } from '../../../src/http/server/server-limits.js';

describe('an HTTP server', () => {
  const warnings: string[] = [];
  const server = limitServer(createServer(), (message) => warnings.push(message));
  afterEach(() => void server.close());

  it('logs a connection that it could not accept, and continues; a failed start reaches its caller', async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const second = limitServer(createServer(), (message) => warnings.push(message));

    second.listen(port, '127.0.0.1');
    const [error] = (await once(second, 'error')) as [NodeJS.ErrnoException];
    // Node emits this when the system has no memory for a connection.
    server.emit('error', new Error('accept ENOBUFS'));

    expect(error.code).toBe('EADDRINUSE');
    expect(warnings).toEqual(['A connection was not accepted: accept ENOBUFS']);
    expect(server.listening).toBe(true);
  });
});
