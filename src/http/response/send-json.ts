import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** In characters. A shorter response is sent as a whole, so an error can still become a problem. */
const BLOCK_LENGTH = 65_536;

/**
 * Sends JSON while it is produced, at the speed of the client.
 *
 * Stops the iteration when the client disconnects. The server closes the connection of a client
 * that reads nothing (`server-limits.ts`).
 *
 * @param start is called before the first byte
 * @throws the errors of the iteration. An error after the first byte destroys the connection: the
 * client must not mistake a part for the whole
 */
export async function sendJson(
  response: ServerResponse,
  chunks: AsyncIterable<string>,
  start: () => void = () => undefined,
): Promise<void> {
  const type = 'application/json; charset=utf-8';
  const isHead = response.req.method === 'HEAD';
  const blocks = toBlocks(chunks);
  const { value: first = '' } = isHead ? {} : await blocks.next();
  start();
  response.setHeader('Content-Type', type);
  if (isHead) return void response.end();
  if (first.length < BLOCK_LENGTH) {
    return void response.setHeader('Content-Length', Buffer.byteLength(first)).end(first);
  }
  response.write(first);
  try {
    await pipeline(Readable.from(blocks), response);
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

/** Joins chunks to blocks. Only the last block is shorter than `BLOCK_LENGTH`. */
async function* toBlocks(chunks: AsyncIterable<string>): AsyncGenerator<string, undefined> {
  let block = '';
  for await (const chunk of chunks) {
    block += chunk;
    if (block.length < BLOCK_LENGTH) continue;
    yield block;
    block = '';
  }
  if (block.length > 0) yield block;
}
