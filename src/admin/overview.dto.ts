import { ApiProperty } from '@nestjs/swagger';
import { clocksDiffer } from '../database/clock-reading.js';
import { CleanupRunDto, toCleanupRunDto } from './cleanup-run.dto.js';
import type { Overview } from '../monitoring/overview.service.js';

export class SessionsOverviewDto {
  @ApiProperty({ type: 'integer', description: 'The active sessions. An estimate above 100,000.' })
  living!: number;

  @ApiProperty({
    type: 'integer',
    description: 'The expired sessions that wait for the cleanup. An estimate above 100,000.',
  })
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
  @ApiProperty({
    type: 'integer',
    description: 'The guest baskets with an active session. An estimate above 100,000.',
  })
  living!: number;

  @ApiProperty({
    type: OrphansOverviewDto,
    nullable: true,
    description: 'The count of the last `baskets:audit` or `baskets:sweep`. Null: there was none.',
  })
  orphans!: OrphansOverviewDto | null;
}

export class CleanupOverviewDto {
  @ApiProperty({ description: 'A cleanup is running on the instance that sends this response.' })
  isRunning!: boolean;

  @ApiProperty({ description: 'The oldest expired session has waited longer than `limitSeconds`.' })
  isBehind!: boolean;

  @ApiProperty({
    description: 'The limit of `isBehind`: three intervals of the schedule plus one hour.',
  })
  limitSeconds!: number;

  @ApiProperty({ type: CleanupRunDto, nullable: true })
  lastRun!: CleanupRunDto | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'The end of the last run with the stop reason `drained`.',
  })
  lastDrainedAt!: string | null;
}

export class ClockOverviewDto {
  @ApiProperty({
    description: 'The clock of the database minus the clock of the instance that sends this response.',
    example: 0.012,
  })
  differenceSeconds!: number;

  @ApiProperty({ description: 'The clocks differ by more than a minute. No cleanup runs until they agree.' })
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
