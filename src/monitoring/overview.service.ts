import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { OrphanCount } from '../basket/expiry/orphan-count.entity.js';
import { ClockCheck } from '../database/clock-check.service.js';
import type { ClockReading } from '../database/clock-reading.js';
import { type Backlog, CleanupBacklog } from '../session/cleanup/cleanup-backlog.service.js';
import type { CleanupRun } from '../session/cleanup/cleanup-run.entity.js';
import { CleanupRunStore } from '../session/cleanup/cleanup-run.store.js';
import { type ActiveSessions, SessionCounts } from '../session/cleanup/session-counts.service.js';

export interface Overview {
  active: ActiveSessions;
  backlog: Backlog;
  /** The count of the last audit or sweep, whichever is later. */
  orphans: OrphanCount | null;
  lastRun: CleanupRun | null;
  lastDrained: CleanupRun | null;
  clock: ClockReading;
}

/** Reads the state of the shop's sessions and baskets with a few cheap queries. */
@Injectable()
export class OverviewService {
  constructor(
    private readonly counts: SessionCounts,
    private readonly cleanupBacklog: CleanupBacklog,
    private readonly runs: CleanupRunStore,
    @InjectRepository(OrphanCount) private readonly orphanCounts: Repository<OrphanCount>,
    private readonly clock: ClockCheck,
  ) {}

  async get(): Promise<Overview> {
    const [lastRun = null] = await this.runs.findPage(1);
    const [orphans = null] = await this.orphanCounts.find({ order: { countedAt: 'DESC' }, take: 1 });
    return {
      active: await this.counts.countActive(),
      backlog: await this.cleanupBacklog.get(),
      orphans,
      lastRun,
      lastDrained: await this.runs.findLastDrained(),
      clock: await this.clock.read(),
    };
  }
}
