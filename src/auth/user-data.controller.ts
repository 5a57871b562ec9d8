import { Controller, Delete, Get, Header, HttpCode, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ApiProblems, BODY_PROBLEMS } from '../problem/api-problems.decorator.js';
import { SessionCookie } from '../session/session-cookie.js';
import { UserDataService } from './user-data.service.js';
import { CurrentUser } from './visitor.decorator.js';
import { ForVisitors } from './for-visitors.decorator.js';
import type { UserVisitor } from './visitor.js';

@ForVisitors('auth', 'login-required')
@Controller('api/auth/me')
export class UserDataController {
  constructor(
    private readonly data: UserDataService,
    private readonly cookie: SessionCookie,
  ) {}

  @Get('export')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'exportMe', summary: 'Get all that is stored about the user, except secrets' })
  @ApiOkResponse({ schema: { type: 'object', additionalProperties: true, required: ['user', 'sessions'] } })
  async export(@CurrentUser() { userId }: UserVisitor): Promise<Record<string, unknown>> {
    return this.data.export(userId);
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({
    operationId: 'eraseMe',
    summary: 'Erase the user with sessions and baskets; orders stay, without their owner',
  })
  @ApiNoContentResponse()
  @ApiProblems(...BODY_PROBLEMS)
  async erase(
    @CurrentUser() { userId }: UserVisitor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.data.erase(userId);
    this.cookie.clear(reply.raw);
  }
}
