import { ApiProperty } from '@nestjs/swagger';
import type { CleanupRun, CleanupTrigger, StopReason } from '../session/cleanup/cleanup-run.entity.js';

export class CleanupRunDto {
  @ApiProperty({ example: '1' })
  id!: string;

  @ApiProperty({ enum: ['cron', 'cli', 'admin'] })
  trigger!: CleanupTrigger;

  @ApiProperty({ description: 'The machine that ran it.', example: 'shop-1' })
  host!: string;

  @ApiProperty({ format: 'date-time' })
  startedAt!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Null while it runs. Of a run that died the last sign of life.',
  })
  endedAt!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'The last sign of life, every 30 seconds; null of a run of an older version.',
  })
  lastSeenAt!: string | null;

  @ApiProperty({
    description:
      'It has not ended and gave no sign of life for five minutes: its process ended or hangs. The next run closes it as `failed`.',
  })
  isUnseen!: boolean;

  @ApiProperty({ type: 'integer', description: 'So far, while it runs.' })
  sessionsRemoved!: number;

  @ApiProperty({ type: 'integer' })
  basketsRemoved!: number;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Expired sessions that were left at the end; about, where counting them takes seconds.',
  })
  sessionsLeft!: number | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Sessions that were active at the end; about, above a hundred thousand.',
  })
  sessionsLiving!: number | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: "Guests' baskets that were active at the end; about, above a hundred thousand.",
  })
  guestBasketsLiving!: number | null;

  @ApiProperty({
    type: String,
    enum: ['drained', 'budget', 'interrupted', 'failed', null],
    nullable: true,
    description: 'Nothing was left, its time was spent, it was asked to stop, or it failed.',
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
    description: 'Send it as `cursor` for older runs; null: there are none.',
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
