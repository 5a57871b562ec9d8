import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createHash } from 'node:crypto';
import { closeSignal } from '../../http/response/close-signal.js';
import { pathOf } from '../../http/request/request-path.js';
import { PRINTABLE } from '../../http/input/printable.js';
import { invalidInput } from '../../http/input/validation.pipe.js';

export const MAX_KEY_LENGTH = 255;

/** A request that takes effect once, even if it is sent several times. */
export interface IdempotentRequest {
  key: string;
  /** SHA-256 of method, path and body. */
  hash: string;
}

/** The conditions of a change, read from its request. */
export interface Conditions {
  /** The entity tags of `If-Match`, without the prefix `W/`, which a proxy may add. */
  ifMatch: string[] | null;
  idempotent: IdempotentRequest | null;
  /**
   * Creates a signal that aborts when the client closes the connection. A waiting change then
   * leaves the queue.
   */
  closed: () => AbortSignal;
}

/**
 * Reads `If-Match`, and for a POST also `Idempotency-Key`.
 *
 * @throws Problem `invalid-input`
 */
export const CurrentConditions = createParamDecorator((_: unknown, context: ExecutionContext): Conditions => {
  const http = context.switchToHttp();
  const request = http.getRequest<FastifyRequest>();
  return {
    ifMatch: readIfMatch(request.headers['if-match']),
    idempotent: readIdempotencyKey(request),
    closed: () => closeSignal(http.getResponse<FastifyReply>().raw),
  };
});

function readIfMatch(header: string | undefined): string[] | null {
  return header?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? null;
}

function readIdempotencyKey(request: FastifyRequest): IdempotentRequest | null {
  const key = request.headers['idempotency-key'] as string | undefined;
  if (key === undefined || request.method !== 'POST') return null;
  if (key.length >= 1 && key.length <= MAX_KEY_LENGTH && PRINTABLE.test(key))
    return { key, hash: hashOf(request) };
  const message = `Idempotency-Key must be 1 to ${MAX_KEY_LENGTH} printable characters`;
  throw invalidInput([{ field: 'Idempotency-Key', message }]);
}

/** The order of members is not significant, at any depth. */
function hashOf({ method, url, body }: FastifyRequest): string {
  const members = sortedEntries(body ?? {});
  return createHash('sha256')
    .update(JSON.stringify([method, pathOf(url), members]))
    .digest('hex');
}

function sortedEntries(value: object): [string, unknown][] {
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return entries.map(([name, member]) => [name, sortMembers(member)]);
}

function sortMembers(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sortMembers);
  return Object.fromEntries(sortedEntries(value));
}
