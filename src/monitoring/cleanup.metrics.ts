import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { Counter, Histogram } from 'prom-client';
import { CleanupRunEnded } from '../session/cleanup/cleanup-run-ended.event.js';
import { SessionBatchRemoved } from '../session/cleanup/session-batch-removed.event.js';
import { MetricsRegistry } from './metrics-registry.js';

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10];

/** Counts the cleanups of this process. Only `cleanup_runs` has the runs of the command line. */
@Injectable()
export class CleanupMetrics {
  private readonly removed: Counter<'what'>;
  private readonly duration: Histogram;
  private readonly runs: Counter<'trigger' | 'outcome'>;

  constructor(registry: MetricsRegistry) {
    const registers = [registry];
    this.removed = new Counter({
      name: 'basketkeeper_cleanup_removed_total',
      help: 'Sessions and baskets removed by the cleanup.',
      labelNames: ['what'],
      registers,
    });
    this.duration = new Histogram({
      name: 'basketkeeper_cleanup_batch_duration_seconds',
      help: 'Duration of the cleanup batches.',
      buckets: BUCKETS,
      registers,
    });
    this.runs = new Counter({
      name: 'basketkeeper_cleanup_runs_total',
      help: 'Cleanup runs by trigger and outcome.',
      labelNames: ['trigger', 'outcome'],
      registers,
    });
    this.removed.inc({ what: 'sessions' }, 0);
    this.removed.inc({ what: 'baskets' }, 0);
  }

  @OnEvent(SessionBatchRemoved.NAME)
  countBatch({ sessions, baskets, milliseconds }: SessionBatchRemoved): void {
    this.removed.inc({ what: 'sessions' }, sessions);
    this.removed.inc({ what: 'baskets' }, baskets);
    this.duration.observe(milliseconds / 1_000);
  }

  @OnEvent(CleanupRunEnded.NAME)
  countRun({ trigger, stopReason }: CleanupRunEnded): void {
    this.runs.inc({ trigger, outcome: stopReason });
  }
}
