import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  HealthCheck,
  type HealthCheckResult,
  HealthCheckService,
  type HealthIndicatorResult,
  HealthIndicatorService,
} from '@nestjs/terminus';
import { DataSource } from 'typeorm';
import { acceptsWrites } from '../database/connection-pool.js';
import { CleanupIndicator } from './cleanup-indicator.service.js';
import { Draining } from './draining.service.js';
import { LivenessDto, ReadinessDto } from './health.dto.js';
import { ApiProblems } from '../problem/api-problems.decorator.js';
import { Problem } from '../problem/problem.js';

/** A load balancer waits no longer. */
const CHECK_MILLISECONDS = 2_000;

@ApiTags('operations')
@Controller('api/health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly dataSource: DataSource,
    private readonly cleanup: CleanupIndicator,
    private readonly draining: Draining,
  ) {}

  @Get('live')
  @ApiOperation({
    operationId: 'getLiveness',
    summary: 'Whether the process runs; restart it when not',
    description: 'Asks nothing of the database.',
  })
  @ApiOkResponse({ type: LivenessDto })
  @ApiProblems()
  live(): LivenessDto {
    return { status: 'ok' };
  }

  @Get('ready')
  @HealthCheck({ swaggerDocumentation: false })
  @ApiOperation({
    operationId: 'getReadiness',
    summary: 'Whether requests can be served; send them elsewhere when not',
    description:
      '`degraded` is ready, too: the cleanup of expired sessions is behind (`cleanup`), or the clocks of the database and of this process differ (`clock`). Somebody should look.',
  })
  @ApiOkResponse({ type: ReadinessDto })
  @ApiProblems('database-unavailable', 'stopping')
  async ready(): Promise<HealthCheckResult> {
    if (this.draining.isDraining) throw new Problem('stopping', 'This process is stopping; others serve.');
    return this.health.check([
      () => this.checkDatabase(),
      () => this.cleanup.check(CHECK_MILLISECONDS),
      () => this.cleanup.checkClock(CHECK_MILLISECONDS),
    ]);
  }

  private checkDatabase(): PromiseLike<HealthIndicatorResult> {
    const get = async () => {
      if (!(await acceptsWrites(this.dataSource))) throw new Error('The database takes no writes.');
    };
    return this.indicators.check('database').attempt(get).withTimeout(CHECK_MILLISECONDS);
  }
}
