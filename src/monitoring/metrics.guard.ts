import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { AdminGuard } from '../auth/visitor/admin.guard.js';
import { VisitorGuard } from '../auth/visitor/visitor.guard.js';
import { Environment } from '../config/environment.js';
import { SessionGuard } from '../session/request/session.guard.js';

/** Protects the metrics like an admin route, if `METRICS_AUTH` is on. */
@Injectable()
export class MetricsGuard implements CanActivate {
  constructor(
    private readonly environment: Environment,
    private readonly sessions: SessionGuard,
    private readonly visitors: VisitorGuard,
    private readonly admins: AdminGuard,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (!this.environment.hasMetricsAuth) return true;
    await this.sessions.canActivate(context);
    await this.visitors.canActivate(context);
    return this.admins.canActivate(context);
  }
}
