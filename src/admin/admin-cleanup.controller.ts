import { Controller, Get, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { OpensFor } from '../auth/api-key/opens-for.decorator.js';
import { decodeCursor, encodeCursor } from '../http/page/cursor.js';
import { PageQueryDto } from '../http/page/page-query.dto.js';
import { toPage } from '../http/page/page.js';
import { ApiProblems, BODY_PROBLEMS } from '../problem/api-problems.decorator.js';
import { CleanupRunStore } from '../session/cleanup/cleanup-run.store.js';
import { CleanupRuns } from '../session/cleanup/cleanup-runs.service.js';
import { AdminOnly } from './admin-only.decorator.js';
import { CleanupRunDto, CleanupRunPageDto, toCleanupRunDto } from './cleanup-run.dto.js';
import { OverviewDto, toOverviewDto } from './overview.dto.js';
import { OverviewService } from '../monitoring/overview.service.js';

@AdminOnly()
@Controller('api/admin')
export class AdminCleanupController {
  constructor(
    private readonly overview: OverviewService,
    private readonly runs: CleanupRuns,
    private readonly store: CleanupRunStore,
  ) {}

  @Get('overview')
  @OpensFor('cleanup:read')
  @ApiOperation({
    operationId: 'getOverview',
    summary: 'Get the state of the sessions, the guest baskets and the cleanup',
    description: 'Counts above 100,000 are estimates.',
  })
  @ApiOkResponse({ type: OverviewDto })
  async getOverview(): Promise<OverviewDto> {
    return toOverviewDto(await this.overview.get(), this.runs.isRunning);
  }

  @Get('cleanup-runs')
  @OpensFor('cleanup:read')
  @ApiOperation({
    operationId: 'listCleanupRuns',
    summary: 'List the cleanup runs of the last 90 days, newest first',
    description: 'Follow `nextCursor` until it is null.',
  })
  @ApiOkResponse({ type: CleanupRunPageDto })
  @ApiProblems('invalid-input')
  async list(@Query() { limit, cursor }: PageQueryDto): Promise<CleanupRunPageDto> {
    const beforeId = cursor === undefined ? undefined : decodeCursor(cursor, parseId);
    const found = await this.store.findPage(limit + 1, beforeId);
    const { rows, nextCursor } = toPage(found, limit, ({ id }) => encodeCursor(id));
    return { runs: rows.map(toCleanupRunDto), nextCursor };
  }

  @Post('cleanup-runs')
  @OpensFor('cleanup:run')
  @ApiOperation({
    operationId: 'startCleanupRun',
    summary: 'Start a cleanup run on this instance',
    description: 'The response does not wait for the end of the run. The list of runs shows its progress.',
  })
  @ApiCreatedResponse({ type: CleanupRunDto })
  @ApiProblems(...BODY_PROBLEMS, 'cleanup-running', 'clock-differs')
  async start(): Promise<CleanupRunDto> {
    return toCleanupRunDto(await this.runs.start('admin'));
  }
}

function parseId(text: string): string | null {
  return /^\d{1,18}$/.test(text) ? text : null;
}
