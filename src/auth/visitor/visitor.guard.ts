import { type ExecutionContext, Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { hasBearerToken } from '../../http/request/bearer-token.js';
import { requestSessionOf } from '../../session/request/session.guard.js';
import { SessionLoader } from '../../session/request/session-loader.service.js';
import { ApiKeyService } from '../api-key/api-key.service.js';
import { findKey } from '../api-key/key-text.js';
import { scopeOf } from '../api-key/opens-for.decorator.js';
import { invalidToken } from './invalid-token.js';
import {
  type ApiKeyClient,
  type DeferredVisitor,
  toDeferredVisitor,
  toVisitor,
  type Visitor,
} from './visitor.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null if the route has no VisitorGuard. */
    visitor: Visitor | DeferredVisitor | ApiKeyClient | null;
  }
}

/**
 * Determines the visitor: the user of a Bearer token, else the user of the session, else a guest.
 * Runs after the SessionGuard. Admits an API key only on a route that names a scope of the key.
 */
@Injectable()
export class VisitorGuard extends AuthGuard('jwt') {
  constructor(private readonly keys: ApiKeyService) {
    super();
  }

  override canActivate(context: ExecutionContext): true | Promise<true> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (hasBearerToken(request.headers)) return this.authenticateByToken(context, request);
    const visitor = this.visitorBySession(context);
    // Avoids a promise, which costs time in each request of a guest.
    if (!(visitor instanceof Promise)) return this.setVisitor(request, visitor);
    return visitor.then((found) => this.setVisitor(request, found));
  }

  /** Refuses an invalid token. The request must not continue as a guest. */
  override handleRequest<T>(
    error: unknown,
    visitor: Visitor | false,
    _info: unknown,
    context: ExecutionContext,
  ): T {
    if (error) throw error as Error;
    if (!visitor) throw invalidToken();
    context.switchToHttp().getRequest<FastifyRequest>().visitor = visitor;
    return visitor as T;
  }

  protected visitorBySession(
    context: ExecutionContext,
  ): Visitor | DeferredVisitor | Promise<DeferredVisitor> {
    return toVisitor(requestSessionOf(context.switchToHttp().getRequest<FastifyRequest>()));
  }

  private async authenticateByToken(context: ExecutionContext, request: FastifyRequest): Promise<true> {
    const key = findKey(request.headers);
    if (key === null) {
      await super.canActivate(context);
      return true;
    }
    await this.keys.admit(key, scopeOf(context.getHandler()));
    return this.setVisitor(request, { kind: 'api-key' });
  }

  private setVisitor(request: FastifyRequest, visitor: Visitor | DeferredVisitor | ApiKeyClient): true {
    request.visitor = visitor;
    return true;
  }
}

/**
 * Determines the visitor without a SessionGuard.
 *
 * Does not read the session: the handler can read it together with the basket. See
 * docs/decisions/02-single-statement.md.
 */
@Injectable()
export class DeferredVisitorGuard extends VisitorGuard {
  constructor(
    keys: ApiKeyService,
    private readonly loader: SessionLoader,
  ) {
    super(keys);
  }

  protected override visitorBySession(context: ExecutionContext): DeferredVisitor | Promise<DeferredVisitor> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>().raw;
    const session = this.loader.defer(request, http.getResponse<FastifyReply>().raw);
    return session instanceof Promise ? session.then(toDeferredVisitor) : toDeferredVisitor(session);
  }
}

export function visitorOf({ visitor, url }: FastifyRequest): Visitor | DeferredVisitor {
  if (!visitor || visitor.kind === 'api-key') throw new Error(`The request of ${url} has no visitor`);
  return visitor;
}
