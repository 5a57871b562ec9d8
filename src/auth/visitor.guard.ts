import { type ExecutionContext, Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { Request } from 'express';
import { Problem } from '../problem/problem.js';
import { visitorSessionOf } from '../session/visitor-session.js';
import { unreadSessionOf } from '../session/unread-session.js';
import { toVisitor, type UnreadVisitor, unreadVisitor, type Visitor } from './visitor.js';

const visitors = new WeakMap<Request, Visitor | UnreadVisitor>();

/** Says who sends the request: a Bearer token's user, else the session's, else a guest. */
@Injectable()
export class VisitorGuard extends AuthGuard('jwt') {
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    if (/^bearer\b/i.test(request.headers.authorization ?? '')) await super.canActivate(context);
    else visitors.set(request, bySession(request));
    return true;
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
    visitors.set(context.switchToHttp().getRequest<Request>(), visitor);
    return visitor as T;
  }
}

export function visitorOf(request: Request): Visitor | UnreadVisitor {
  const visitor = visitors.get(request);
  if (!visitor) throw new Error(`VisitorGuard does not guard ${request.path}`);
  return visitor;
}

export function invalidToken(): Problem {
  const headers = { 'WWW-Authenticate': 'Bearer error="invalid_token"' };
  return new Problem('invalid-token', 'Refresh the token or log in again.', {}, { headers });
}

function bySession(request: Request): Visitor | UnreadVisitor {
  const unread = unreadSessionOf(request);
  return unread ? unreadVisitor(unread) : toVisitor(visitorSessionOf(request));
}
