import { Injectable } from '@nestjs/common';
import { Gauge } from 'prom-client';
import { MetricsRegistry } from './metrics-registry.js';
import { type Overview, OverviewService } from './overview.service.js';

/** A figure of the overview; null: it is not known. */
type Figure = (overview: Overview) => number | null;

/** By name, behind `basketkeeper_`. */
const FIGURES: Record<string, [help: string, figure: Figure]> = {
  sessions_expired: ['Expired sessions that wait for the cleanup.', ({ backlog }) => backlog.count],
  sessions_expired_oldest_seconds: [
    'How long the oldest expired session has been waiting.',
    ({ backlog }) => backlog.oldestSeconds,
  ],
  cleanup_behind: ['1: it has been waiting for too long.', ({ backlog }) => Number(backlog.isBehind)],
  cleanup_seconds_since_drained: [
    'Time since a run, of whatever process, left nothing behind.',
    ({ lastDrained, clock }) =>
      lastDrained?.endedAt ? (clock.databaseAt - lastDrained.endedAt.getTime()) / 1_000 : null,
  ],
  clock_difference_seconds: [
    'The clock of the database minus the clock of this process. No cleanup runs beyond a minute.',
    ({ clock }) => clock.difference / 1_000,
  ],
  sessions_living: ['Sessions that have not expired.', ({ active }) => active.count],
  guest_baskets_living: ['Baskets of guests whose session is active.', ({ active }) => active.guestBaskets],
  orphans: ['Orphaned baskets at the last audit or sweep.', ({ orphans }) => orphans?.orphans ?? null],
};

/** What the tables hold, as gauges. */
@Injectable()
export class ShopMetrics {
  private readonly gauges: [Gauge, Figure][];
  private readonly databaseUp: Gauge;

  constructor(
    registry: MetricsRegistry,
    private readonly overview: OverviewService,
  ) {
    const registers = [registry];
    const up = {
      name: 'basketkeeper_database_up',
      help: '0: the gauges of the tables are missing.',
      registers,
    };
    this.databaseUp = new Gauge(up);
    this.gauges = Object.entries(FIGURES).map(([name, [help, figure]]) => [
      new Gauge({ name: `basketkeeper_${name}`, help, registers }),
      figure,
    ]);
  }

  /** Reads them anew. Without a database they are missing, and what the process knows by itself is still told. */
  async refresh(): Promise<void> {
    const overview = await this.overview.get().catch(() => null);
    this.databaseUp.set(Number(overview !== null));
    for (const [gauge, figure] of this.gauges) {
      const value = overview && figure(overview);
      gauge.remove();
      if (value !== null) gauge.set(value);
    }
  }
}
