import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { BasketDto } from './basket.dto.js';
import { posix } from 'node:path';
import { pathOf } from '../http/request/request-path.js';
import { etagOf } from './etag.js';
import { isReplayed } from './change/replayed.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    answersBasket?: boolean;
  }
}

/**
 * Marks the basket in each answer of a controller with its version, by `ETag`, and a replay. Where one was created,
 * `Location` leads to it. `tagBaskets` does it.
 */
export function TagBaskets(): ClassDecorator {
  return ({ prototype }) => {
    const methods = Object.entries(Object.getOwnPropertyDescriptors(prototype as object));
    for (const [name, descriptor] of methods) {
      if (name !== 'constructor') RouteConfig({ answersBasket: true })(prototype as object, name, descriptor);
    }
  };
}

/** Fastify's hook `onRoute`. A hook before the serialization makes no Observable of each answer, as an interceptor does. */
export function tagBaskets(route: RouteOptions): void {
  if (route.config?.answersBasket) route.preSerialization = sendETag;
}

function sendETag(
  request: FastifyRequest,
  reply: FastifyReply,
  basket: unknown,
  done: (error: null, payload: unknown) => void,
): void {
  reply.header('etag', etagOf(basket as BasketDto));
  if (isReplayed(basket as BasketDto)) reply.header('idempotency-replayed', 'true');
  // The basket is one step above its lines.
  if (reply.statusCode === 201) reply.header('location', posix.dirname(pathOf(request.originalUrl)));
  done(null, basket);
}
