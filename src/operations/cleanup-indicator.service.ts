import { Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { CleanupBacklog } from '../session/cleanup-backlog.service.js';

/** Whether the cleanup keeps up. Requests can be served in any case, so it is never `down`. */
@Injectable()
export class CleanupIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly backlog: CleanupBacklog,
  ) {}

  async check(milliseconds: number): Promise<HealthIndicatorResult<'cleanup'>> {
    const indicator = this.indicators.check('cleanup');
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => (timer = setTimeout(resolve, milliseconds, null)));
    const backlog = await Promise.race([this.backlog.look().catch(() => null), late]);
    clearTimeout(timer);
    if (!backlog) return indicator.degraded({ message: 'not known' });
    const { count: expiredSessions, oldestSeconds, limitSeconds, isBehind } = backlog;
    const figures = { expiredSessions, oldestSeconds: Math.round(oldestSeconds), limitSeconds };
    return isBehind ? indicator.degraded(figures) : indicator.up(figures);
  }
}
