import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { DataSource, Repository } from 'typeorm';
import { INVARIANTS, ORPHANS } from './invariants.js';
import { OrphanCount } from './orphan-count.entity.js';

interface AuditedInvariant {
  id: string;
  rule: string;
  /** The number of rows that break it. */
  count: number;
  /** The ids of a few of these rows. */
  examples: string[];
}

export interface AuditReport {
  isSound: boolean;
  invariants: AuditedInvariant[];
}

const MAX_EXAMPLES = 5;

/** Checks that the tables keep their invariants. */
@Injectable()
export class AuditService {
  constructor(
    private readonly dataSource: DataSource,
    @InjectRepository(OrphanCount) private readonly orphanCounts: Repository<OrphanCount>,
  ) {}

  /**
   * Counts the rows that break an invariant. Reads only the counts and a few ids, so large tables
   * need no memory.
   *
   * All checks see one snapshot, so none sees half of a change.
   */
  async audit(): Promise<AuditReport> {
    const invariants = await this.dataSource.transaction('REPEATABLE READ', async (manager) => {
      await manager.query('SET TRANSACTION READ ONLY');
      const audited: AuditedInvariant[] = [];
      for (const { id, rule, broken } of INVARIANTS) {
        const [found] = await manager.query<Pick<AuditedInvariant, 'count' | 'examples'>[]>(`
          WITH broken AS (${broken})
          SELECT (SELECT count(*)::int FROM broken) AS count,
            ARRAY (SELECT id FROM broken LIMIT ${MAX_EXAMPLES}) AS examples`);
        audited.push({ id, rule, count: found?.count ?? 0, examples: found?.examples ?? [] });
      }
      return audited;
    });
    const orphans = invariants.find(({ id }) => id === ORPHANS.id)?.count ?? 0;
    await this.orphanCounts.upsert({ countedBy: 'audit', orphans, countedAt: () => 'now()' }, ['countedBy']);
    return { isSound: invariants.every(({ count }) => count === 0), invariants };
  }
}
