import { Socket } from 'node:net';

/**
 * A connection to the database that ends itself when nothing comes over it for so long.
 *
 * PostgreSQL's own limits end what takes long while it answers; this is for one that does not answer at all, or a network
 * that swallows everything. The pool closes connections that nobody uses before that.
 */
export function boundedSocket(milliseconds: number): Socket {
  const socket = new Socket();
  return socket.setTimeout(milliseconds, () => {
    socket.destroy(new Error('Connection terminated: the database does not answer'));
  });
}
