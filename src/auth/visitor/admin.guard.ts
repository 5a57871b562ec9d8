import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../../problem/problem.js';
import { UserService } from '../user/user.service.js';
import { loginRequired } from './visitor.decorator.js';
import { visitorOf } from './visitor.guard.js';

/**
 * Admits admins, by the current role in the database, and API keys. Runs after the VisitorGuard,
 * which has checked the scope of the key.
 */
@Injectable()
export class AdminGuard implements CanActivate {
  constructor(private readonly users: UserService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (request.visitor?.kind === 'api-key') return true;
    const visitor = visitorOf(request);
    if (visitor.kind !== 'user') throw loginRequired();
    const { role } = await this.users.get(visitor.userId);
    if (role !== 'admin') throw new Problem('forbidden', 'Only admins of the shop may do this.');
    return true;
  }
}
