import { Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { ClockCheck } from '../database/clock-check.service.js';
import { clocksDiffer } from '../database/clock-reading.js';
import { CleanupBacklog } from '../session/cleanup/cleanup-backlog.service.js';

/**
 * Says whether the cleanup runs and keeps up.
 *
 * Never says `down`, because requests can be served in any case.
 */
@Injectable()
export class CleanupIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly backlog: CleanupBacklog,
    private readonly clock: ClockCheck,
  ) {}

  async check(milliseconds: number): Promise<HealthIndicatorResult<'cleanup'>> {
    const indicator = this.indicators.check('cleanup');
    const backlog = await within(milliseconds, this.backlog.get());
    if (!backlog) return indicator.degraded({ message: 'unknown' });
    const { count: expiredSessions, oldestSeconds, limitSeconds, isBehind } = backlog;
    const figures = { expiredSessions, oldestSeconds: Math.round(oldestSeconds), limitSeconds };
    return isBehind ? indicator.degraded(figures) : indicator.up(figures);
  }

  /** Compares the clocks. Degraded: they differ, and no cleanup runs. */
  async checkClock(milliseconds: number): Promise<HealthIndicatorResult<'clock'>> {
    const indicator = this.indicators.check('clock');
    const reading = await within(milliseconds, this.clock.read());
    if (!reading) return indicator.degraded({ message: 'unknown' });
    const figures = { differenceSeconds: Math.round(reading.difference) / 1_000 };
    return clocksDiffer(reading) ? indicator.degraded(figures) : indicator.up(figures);
  }
}

/** Waits for the work. Returns null if it fails or takes too long. */
async function within<T>(milliseconds: number, work: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => (timer = setTimeout(resolve, milliseconds, null)));
  const result = await Promise.race([work.catch(() => null), late]);
  clearTimeout(timer);
  return result;
}
