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

/** The time limit of a check. A load balancer does not wait longer. */
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
    summary: 'Check that the process runs',
    description: 'Restart the process if this request fails. Does not use the database.',
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
    summary: 'Check that the process can serve requests',
    description:
      'Send requests to another instance if this request fails. With the status `degraded` the process is ready, but an operator should look: the cleanup of expired sessions is behind (`cleanup`), or the clocks of the database and of this process differ (`clock`).',
  })
  @ApiOkResponse({ type: ReadinessDto })
  @ApiProblems('database-unavailable', 'stopping')
  async ready(): Promise<HealthCheckResult> {
    if (this.draining.isDraining)
      throw new Problem('stopping', 'This process is stopping. Send the request to another instance.');
    return this.health.check([
      () => this.checkDatabase(),
      () => this.cleanup.check(CHECK_MILLISECONDS),
      () => this.cleanup.checkClock(CHECK_MILLISECONDS),
    ]);
  }

  private checkDatabase(): PromiseLike<HealthIndicatorResult> {
    const get = async () => {
      if (!(await acceptsWrites(this.dataSource))) throw new Error('The database accepts no writes.');
    };
    return this.indicators.check('database').attempt(get).withTimeout(CHECK_MILLISECONDS);
  }
}
