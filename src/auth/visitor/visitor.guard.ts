import { type ExecutionContext, Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { hasBearerToken } from '../../http/request/bearer-token.js';
import { Problem } from '../../problem/problem.js';
import { requestSessionOf } from '../../session/request/session.guard.js';
import { SessionLoader } from '../../session/request/session-loader.service.js';
import { toVisitor, type DeferredVisitor, toDeferredVisitor, type Visitor } from './visitor.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null if the route has no VisitorGuard. */
    visitor: Visitor | DeferredVisitor | null;
  }
}

/**
 * Determines the visitor: the user of a Bearer token, else the user of the session, else a guest.
 * Runs after the SessionGuard.
 */
@Injectable()
export class VisitorGuard extends AuthGuard('jwt') {
  override canActivate(context: ExecutionContext): true | Promise<true> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (hasBearerToken(request.headers)) return this.authenticateByToken(context);
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

  private async authenticateByToken(context: ExecutionContext): Promise<true> {
    await super.canActivate(context);
    return true;
  }

  private setVisitor(request: FastifyRequest, visitor: Visitor | DeferredVisitor): true {
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
  constructor(private readonly loader: SessionLoader) {
    super();
  }

  protected override visitorBySession(context: ExecutionContext): DeferredVisitor | Promise<DeferredVisitor> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>().raw;
    const session = this.loader.defer(request, http.getResponse<FastifyReply>().raw);
    return session instanceof Promise ? session.then(toDeferredVisitor) : toDeferredVisitor(session);
  }
}

export function invalidToken(): Problem {
  const headers = { 'WWW-Authenticate': 'Bearer error="invalid_token"' };
  return new Problem('invalid-token', 'Refresh the token or log in again.', {}, { headers });
}

export function visitorOf({ visitor, url }: FastifyRequest): Visitor | DeferredVisitor {
  if (!visitor) throw new Error(`The route ${url} has no VisitorGuard`);
  return visitor;
}
