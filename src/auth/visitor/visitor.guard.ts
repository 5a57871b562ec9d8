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
    /** Null: the route has no VisitorGuard. */
    visitor: Visitor | DeferredVisitor | null;
  }
}

/** Says who sends the request: a Bearer token's user, else the session's, else a guest. Runs after the SessionGuard. */
@Injectable()
export class VisitorGuard extends AuthGuard('jwt') {
  override canActivate(context: ExecutionContext): true | Promise<true> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (hasBearerToken(request.headers)) return this.byToken(context);
    const visitor = this.bySession(context);
    // Nothing to wait for: a promise would cost each request of a guest.
    if (!(visitor instanceof Promise)) return this.setVisitor(request, visitor);
    return visitor.then((found) => this.setVisitor(request, found));
  }

  /** A token that is present and not valid is an error, never a silent guest. */
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

  protected bySession(context: ExecutionContext): Visitor | DeferredVisitor | Promise<DeferredVisitor> {
    return toVisitor(requestSessionOf(context.switchToHttp().getRequest<FastifyRequest>()));
  }

  private async byToken(context: ExecutionContext): Promise<true> {
    await super.canActivate(context);
    return true;
  }

  private setVisitor(request: FastifyRequest, visitor: Visitor | DeferredVisitor): true {
    request.visitor = visitor;
    return true;
  }
}

/** The same without a SessionGuard: it leaves the session to the handler, which may find it and the basket in one statement. */
@Injectable()
export class DeferredVisitorGuard extends VisitorGuard {
  constructor(private readonly loader: SessionLoader) {
    super();
  }

  protected override bySession(context: ExecutionContext): DeferredVisitor | Promise<DeferredVisitor> {
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
