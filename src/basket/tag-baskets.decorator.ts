import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { BasketDto } from './basket.dto.js';
import { posix } from 'node:path';
import { ExtendRouteConfig } from '../http/input/route-config.decorator.js';
import { pathOf } from '../http/request/request-path.js';
import { etagOf } from './etag.js';
import { isReplayed } from './change/replayed.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    answersBasket?: boolean;
  }
}

/**
 * Adds headers to each answer of a controller that is a basket, or has one in `basket`: `ETag` with
 * its version, `Idempotency-Replayed` for a replay, and `Location` with status 201. `tagBaskets`
 * sends them.
 */
export function TagBaskets(): ClassDecorator {
  return ({ prototype }) => {
    const methods = Object.entries(Object.getOwnPropertyDescriptors(prototype as object));
    for (const [name, descriptor] of methods) {
      if (name === 'constructor') continue;
      ExtendRouteConfig({ answersBasket: true })(prototype as object, name, descriptor);
    }
  };
}

/**
 * Fastify's hook `onRoute`. A hook before the serialization costs less than Nest's interceptor.
 * See docs/decisions/07-nest-on-fastify.md.
 */
export function tagBaskets(route: RouteOptions): void {
  if (route.config?.answersBasket) route.preSerialization = sendETag;
}

function sendETag(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: unknown,
  done: (error: null, payload: unknown) => void,
): void {
  const { basket = answer as BasketDto } = answer as { basket?: BasketDto };
  reply.header('etag', etagOf(basket));
  if (isReplayed(answer as object)) reply.header('idempotency-replayed', 'true');
  // The basket is one step above its lines.
  if (reply.statusCode === 201) reply.header('location', posix.dirname(pathOf(request.originalUrl)));
  done(null, answer);
}
