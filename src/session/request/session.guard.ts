import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SessionReader } from './session-loader.service.js';
import type { VisitorSession } from './request-session.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null: no SessionGuard stands before the route. */
    visitorSession: VisitorSession | null;
  }
}

/** Finds the session of the request's cookie and renews it. */
@Injectable()
export class SessionGuard implements CanActivate {
  constructor(private readonly reader: SessionReader) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    request.visitorSession = await this.reader.read(request.raw, http.getResponse<FastifyReply>().raw);
    return true;
  }
}

/** The session side of a request on a route behind the SessionGuard. */
export function visitorSessionOf({ visitorSession, url }: FastifyRequest): VisitorSession {
  if (!visitorSession) throw new Error(`No SessionGuard stands before ${url}`);
  return visitorSession;
}
