import { ApiProperty } from '@nestjs/swagger';
import type { CleanupRun, CleanupTrigger, StopReason } from '../session/cleanup/cleanup-run.entity.js';

export class CleanupRunDto {
  @ApiProperty({ example: '1' })
  id!: string;

  @ApiProperty({ enum: ['cron', 'cli', 'admin'] })
  trigger!: CleanupTrigger;

  @ApiProperty({ description: 'The host that executes the run.', example: 'shop-1' })
  host!: string;

  @ApiProperty({ format: 'date-time' })
  startedAt!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Null during the run. For a run that died, the time of its last heartbeat.',
  })
  endedAt!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'The last heartbeat, every 30 seconds. Null for a run of an older version.',
  })
  lastSeenAt!: string | null;

  @ApiProperty({
    description:
      'The run has not ended, and its last heartbeat is more than five minutes old: its process has died or hangs. The next run marks it as `failed`.',
  })
  isUnseen!: boolean;

  @ApiProperty({ type: 'integer', description: 'During the run, the number so far.' })
  sessionsRemoved!: number;

  @ApiProperty({ type: 'integer' })
  basketsRemoved!: number;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description:
      'The remaining expired sessions at the end of the run. An estimate, if counting takes seconds.',
  })
  sessionsLeft!: number | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'The active sessions at the end of the run. An estimate above 100,000.',
  })
  sessionsLiving!: number | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'The active guest baskets at the end of the run. An estimate above 100,000.',
  })
  guestBasketsLiving!: number | null;

  @ApiProperty({
    type: String,
    enum: ['drained', 'budget', 'interrupted', 'failed', null],
    nullable: true,
    description:
      'drained: no expired session was left. budget: the time limit was reached. interrupted: a signal stopped the run. failed: see `error`. Null: the run has not ended.',
  })
  stopReason!: StopReason | null;

  @ApiProperty({ type: String, nullable: true })
  error!: string | null;
}

export class CleanupRunPageDto {
  @ApiProperty({ type: [CleanupRunDto] })
  runs!: CleanupRunDto[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Send it as `cursor` to get older runs. Null: there are none.',
  })
  nextCursor!: string | null;
}

export function toCleanupRunDto(run: CleanupRun): CleanupRunDto {
  const { id, trigger, host, sessionsRemoved, basketsRemoved } = run;
  return {
    id,
    trigger,
    host,
    startedAt: run.startedAt.toISOString(),
    endedAt: run.endedAt?.toISOString() ?? null,
    lastSeenAt: run.lastSeenAt?.toISOString() ?? null,
    isUnseen: run.isUnseen,
    sessionsRemoved,
    basketsRemoved,
    sessionsLeft: run.sessionsLeft ?? null,
    sessionsLiving: run.sessionsLiving ?? null,
    guestBasketsLiving: run.guestBasketsLiving ?? null,
    stopReason: run.stopReason ?? null,
    error: run.error ?? null,
  };
}
