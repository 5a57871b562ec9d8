import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SessionLoader } from './session-loader.service.js';
import type { RequestSession } from './request-session.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null on a route without SessionGuard. */
    requestSession: RequestSession | null;
  }
}

/** Finds the session of the request's cookie and extends its expiry. */
@Injectable()
export class SessionGuard implements CanActivate {
  constructor(private readonly loader: SessionLoader) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    request.requestSession = await this.loader.load(request.raw, http.getResponse<FastifyReply>().raw);
    return true;
  }
}

/** Returns the session of a request on a route with SessionGuard. */
export function requestSessionOf({ requestSession, url }: FastifyRequest): RequestSession {
  if (!requestSession) throw new Error(`The route ${url} has no SessionGuard`);
  return requestSession;
}
