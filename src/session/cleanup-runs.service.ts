import { Injectable, Logger } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { hostname } from 'node:os';
import { Repository } from 'typeorm';
import { CleanupRun, type CleanupTrigger } from './cleanup-run.entity.js';
import { type CleanupOptions, type CleanupReport, SessionCleanup } from './session-cleanup.service.js';

/** Runs the cleanup and keeps a record of it: a row at the start, completed at the end. */
@Injectable()
export class CleanupRuns {
  private readonly logger = new Logger(CleanupRuns.name);

  constructor(
    @InjectRepository(CleanupRun) private readonly runs: Repository<CleanupRun>,
    private readonly cleanup: SessionCleanup,
  ) {}

  /** @throws Error when the database fails; the row says so, if it can still be written */
  async run(trigger: CleanupTrigger, options: CleanupOptions = {}): Promise<CleanupReport> {
    const run = await this.runs.save({ trigger, host: hostname(), startedAt: new Date() });
    try {
      const report = await this.cleanup.removeExpired(options);
      await this.runs.update(run.id, await this.completionOf(report));
      this.logger.log(`Removed ${report.sessions} sessions, ${report.baskets} baskets: ${report.stopReason}`);
      return report;
    } catch (error) {
      await this.recordFailure(run.id, error);
      throw error;
    }
  }

  private async completionOf(report: CleanupReport): Promise<Partial<CleanupRun>> {
    return {
      endedAt: new Date(),
      sessionsRemoved: report.sessions,
      basketsRemoved: report.baskets,
      sessionsLeft: await this.cleanup.countExpired(),
      stopReason: report.stopReason,
    };
  }

  /** The failure that matters is the run's own; that its record can't be written either is only logged. */
  private async recordFailure(id: string, error: unknown): Promise<void> {
    const failure = { endedAt: new Date(), stopReason: 'failed', error: String(error) } as const;
    await this.runs.update(id, failure).catch((again: unknown) => this.logger.warn(String(again)));
  }
}
