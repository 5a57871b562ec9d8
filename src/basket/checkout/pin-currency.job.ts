import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { NIL as FIRST_ID } from 'uuid';
import { Environment } from '../../config/environment.js';
import { codeOf } from '../../problem/database-unavailable.js';

const BATCH_SIZE = 500;
/** Repeats, because instances of an earlier version may still freeze and submit baskets. */
const REPEAT_MILLISECONDS = 10 * 60 * 1_000;

/**
 * Each batch is a transaction. The ids ascend, so a batch does not scan the dead index entries of
 * earlier batches. A locked basket is skipped: its change pins the currency, or a later pass does.
 */
const PIN_BATCH = `
  UPDATE baskets SET currency = CASE WHEN status <> 'open' THEN $1 END
  WHERE id = ANY (ARRAY (
    SELECT id FROM baskets
    WHERE (currency IS NULL) <> (status = 'open') AND id > $2
    ORDER BY id LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED
  ))
  RETURNING id`;

/**
 * Pins the currency of frozen baskets and orders that are older than the column `baskets.currency`,
 * and clears it in open ones that an earlier version has thawed.
 *
 * Runs in the serving process: a migration and a command may not know the shop's `CURRENCY`.
 * See docs/decisions/10-frozen-baskets.md.
 */
@Injectable()
export class PinCurrencyJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(PinCurrencyJob.name);
  private readonly shutdown = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly dataSource: DataSource,
    private readonly environment: Environment,
  ) {}

  onApplicationBootstrap(): void {
    // A command does not run the job.
    if (!this.environment.hasDatabaseTimeouts) return;
    this.start();
    this.timer = setInterval(() => this.start(), REPEAT_MILLISECONDS).unref();
  }

  /** Waits for the end of the current batch. */
  async beforeApplicationShutdown(): Promise<void> {
    this.shutdown.abort();
    clearInterval(this.timer);
    await this.running;
  }

  private start(): void {
    this.running = this.running.then(() => this.run());
  }

  private async run(): Promise<void> {
    try {
      const baskets = await this.pinAll();
      if (baskets > 0) this.logger.log(`Pinned the currency of ${baskets} baskets`);
    } catch (error) {
      // Does not log the message, because it can contain the host of the database.
      const code = codeOf(error) ?? 'no code';
      this.logger.warn(
        `The currency of earlier orders is not pinned yet (${code}). The job tries again later.`,
      );
    }
  }

  /** Repeats passes over all ids, until a pass finds no unlocked basket to pin. */
  private async pinAll(): Promise<number> {
    let total = 0;
    let lastId: string = FIRST_ID;
    while (!this.shutdown.signal.aborted) {
      const startedAt = performance.now();
      const ids = await this.pinBatch(lastId);
      if (ids.length === 0 && lastId === FIRST_ID) break;
      total += ids.length;
      lastId = ids.sort().at(-1) ?? FIRST_ID;
      await this.pause(performance.now() - startedAt);
    }
    return total;
  }

  /** Waits between two batches, so that visitors can use the database. */
  private async pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.shutdown.signal }).catch(() => undefined);
  }

  private async pinBatch(lastId: string): Promise<string[]> {
    const queryRunner = this.dataSource.createQueryRunner();
    try {
      const values = [this.environment.currency, lastId, BATCH_SIZE];
      const { records } = await queryRunner.query(PIN_BATCH, values, true);
      return (records as { id: string }[]).map(({ id }) => id);
    } finally {
      await queryRunner.release();
    }
  }
}
