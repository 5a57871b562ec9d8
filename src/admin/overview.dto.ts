import { ApiProperty } from '@nestjs/swagger';
import { clocksDiffer } from '../database/clock-reading.js';
import { CleanupRunDto, toCleanupRunDto } from './cleanup-run.dto.js';
import type { Overview } from '../monitoring/overview.service.js';

export class SessionsOverviewDto {
  @ApiProperty({ type: 'integer', description: 'About, above a hundred thousand.' })
  living!: number;

  @ApiProperty({ type: 'integer', description: 'Waiting for the cleanup; about, above a hundred thousand.' })
  expired!: number;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  oldestExpiredAt!: string | null;
}

export class OrphansOverviewDto {
  @ApiProperty({ type: 'integer' })
  count!: number;

  @ApiProperty({ enum: ['audit', 'sweep'] })
  countedBy!: 'audit' | 'sweep';

  @ApiProperty({ format: 'date-time' })
  countedAt!: string;
}

export class GuestBasketsOverviewDto {
  @ApiProperty({ type: 'integer', description: 'Their session is active; about, above a hundred thousand.' })
  living!: number;

  @ApiProperty({
    type: OrphansOverviewDto,
    nullable: true,
    description: 'At the last `baskets:audit` or `baskets:sweep`; null: there was none.',
  })
  orphans!: OrphansOverviewDto | null;
}

export class CleanupOverviewDto {
  @ApiProperty({ description: 'On the instance that answers.' })
  isRunning!: boolean;

  @ApiProperty({ description: 'The oldest expired session has been waiting for too long.' })
  isBehind!: boolean;

  @ApiProperty({
    description: 'How long is too long, in seconds: three intervals of the schedule and an hour.',
  })
  limitSeconds!: number;

  @ApiProperty({ type: CleanupRunDto, nullable: true })
  lastRun!: CleanupRunDto | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When a run last left nothing behind.',
  })
  lastDrainedAt!: string | null;
}

export class ClockOverviewDto {
  @ApiProperty({
    description: 'The clock of the database minus the clock of the instance that answers.',
    example: 0.012,
  })
  differenceSeconds!: number;

  @ApiProperty({ description: 'They differ by more than a minute: no cleanup runs until they agree.' })
  differs!: boolean;
}

export class OverviewDto {
  @ApiProperty()
  sessions!: SessionsOverviewDto;

  @ApiProperty()
  guestBaskets!: GuestBasketsOverviewDto;

  @ApiProperty()
  cleanup!: CleanupOverviewDto;

  @ApiProperty()
  clock!: ClockOverviewDto;
}

export function toOverviewDto(overview: Overview, isRunning: boolean): OverviewDto {
  const { active, backlog, orphans, lastRun, lastDrained, clock } = overview;
  return {
    sessions: {
      living: active.count,
      expired: backlog.count,
      oldestExpiredAt: backlog.oldestExpiredAt?.toISOString() ?? null,
    },
    guestBaskets: {
      living: active.guestBaskets,
      orphans: orphans && {
        count: orphans.orphans,
        countedBy: orphans.countedBy,
        countedAt: orphans.countedAt.toISOString(),
      },
    },
    cleanup: {
      isRunning,
      isBehind: backlog.isBehind,
      limitSeconds: backlog.limitSeconds,
      lastRun: lastRun && toCleanupRunDto(lastRun),
      lastDrainedAt: lastDrained?.endedAt?.toISOString() ?? null,
    },
    clock: { differenceSeconds: Math.round(clock.difference) / 1_000, differs: clocksDiffer(clock) },
  };
}
