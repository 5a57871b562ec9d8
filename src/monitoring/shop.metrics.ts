import { Injectable } from '@nestjs/common';
import { Gauge } from 'prom-client';
import { MetricsRegistry } from './metrics-registry.js';
import { type Overview, OverviewService } from './overview.service.js';

/** A figure of the overview, or null if it is unknown. */
type Figure = (overview: Overview) => number | null;

/** The gauges by name, without the prefix `basketkeeper_`. */
const FIGURES: Record<string, [help: string, figure: Figure]> = {
  sessions_expired: ['Expired sessions that wait for the cleanup.', ({ backlog }) => backlog.count],
  sessions_expired_oldest_seconds: [
    'Waiting time of the oldest expired session.',
    ({ backlog }) => backlog.oldestSeconds,
  ],
  cleanup_behind: [
    '1 if the oldest expired session has waited too long, else 0.',
    ({ backlog }) => Number(backlog.isBehind),
  ],
  cleanup_seconds_since_drained: [
    'Time since the last drained cleanup run of any process.',
    ({ lastDrained, clock }) =>
      lastDrained?.endedAt ? (clock.databaseAt - lastDrained.endedAt.getTime()) / 1_000 : null,
  ],
  clock_difference_seconds: [
    'Database clock minus process clock. No cleanup runs if they differ by more than a minute.',
    ({ clock }) => clock.difference / 1_000,
  ],
  sessions_living: ['Active sessions.', ({ active }) => active.count],
  guest_baskets_living: ['Guest baskets with an active session.', ({ active }) => active.guestBaskets],
  orphans: ['Orphaned baskets at the last audit or sweep.', ({ orphans }) => orphans?.orphans ?? null],
};

/** Shows the state of the tables as gauges. */
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
      help: '1 if the database is available. At 0 the gauges of the tables are missing.',
      registers,
    };
    this.databaseUp = new Gauge(up);
    this.gauges = Object.entries(FIGURES).map(([name, [help, figure]]) => [
      new Gauge({ name: `basketkeeper_${name}`, help, registers }),
      figure,
    ]);
  }

  /**
   * Reads the gauges again. Without a database they are missing, but the metrics of the process are
   * still served.
   */
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
