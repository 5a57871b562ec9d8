import { Injectable } from '@nestjs/common';
import type { FastifyInstance, RouteOptions } from 'fastify';
import { Problem } from '../../problem/problem.js';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** The paths of the API. A page answers other methods with 404. */
const API = /^\/(api\/|metrics$)/;

/**
 * Answers other methods of a known path with 405 and `Allow`, and OPTIONS with 204. Fastify would
 * answer both with 404.
 *
 * `collect` is a hook `onRoute`. Call `addOtherMethods` after all routes are registered: it adds a
 * route for each missing method. See docs/decisions/07-nest-on-fastify.md.
 */
@Injectable()
export class AllowedMethods {
  private readonly byUrl = new Map<string, Set<string>>();

  readonly collect = ({ url, method }: RouteOptions): void => {
    if (!API.test(url) || url.includes('*')) return;
    const methods = this.byUrl.get(url) ?? new Set();
    for (const known of [method].flat()) methods.add(known);
    this.byUrl.set(url, methods);
  };

  addOtherMethods(instance: FastifyInstance): void {
    const routes = [...this.byUrl].map(([url, methods]) => [url, [...methods]] as const);
    for (const [url, known] of routes) {
      const others = METHODS.filter((method) => !known.includes(method));
      const allow = [...known, 'OPTIONS'].sort().join(', ');
      for (const method of others) {
        // Runs before the body is read.
        const onRequest = (): never => {
          const detail = `This path allows ${allow}.`;
          throw new Problem('method-not-allowed', detail, {}, { headers: { Allow: allow } });
        };
        instance.route({
          method,
          url,
          exposeHeadRoute: false,
          ...(method !== 'OPTIONS' && { onRequest }),
          handler: (_request, reply) => reply.code(204).header('allow', allow).send(),
        });
      }
    }
  }
}
