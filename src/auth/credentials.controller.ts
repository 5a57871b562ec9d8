import { Body, Controller, HttpCode, Ip, Post, Put, Res, UseInterceptors } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ApiProblems, BODY_PROBLEMS } from '../problem/api-problems.decorator.js';
import { SessionCookie } from '../session/session-cookie.js';
import type { VisitorSession } from '../session/visitor-session.js';
import { PasswordChangeDto } from './credentials.dto.js';
import { CredentialsService } from './credentials.service.js';
import { ForVisitors } from './for-visitors.decorator.js';
import { LoginTurns } from './login-turns.interceptor.js';
import { CurrentSession, CurrentUser } from './visitor.decorator.js';
import type { UserVisitor } from './visitor.js';

@ForVisitors('auth')
@Controller('api/auth')
export class CredentialsController {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly cookie: SessionCookie,
  ) {}

  @Put('password')
  @UseInterceptors(LoginTurns)
  @HttpCode(204)
  @ApiOperation({
    operationId: 'changePassword',
    summary: 'Change the password; all other sessions end, and all access tokens until now',
  })
  @ApiNoContentResponse()
  @ApiProblems(
    ...BODY_PROBLEMS,
    'insecure-connection',
    'login-required',
    'invalid-token',
    'invalid-credentials',
    'too-many-logins',
  )
  async changePassword(
    @CurrentUser() { userId }: UserVisitor,
    @CurrentSession() session: VisitorSession,
    @Body() change: PasswordChangeDto,
    @Ip() address: string,
  ): Promise<void> {
    await this.credentials.changePassword(userId, change, session, address);
  }

  @Post('logout-everywhere')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'logOutEverywhere',
    summary: 'End all sessions of the user, and all access tokens until now',
  })
  @ApiNoContentResponse()
  @ApiProblems(...BODY_PROBLEMS, 'login-required', 'invalid-token')
  async logOutEverywhere(
    @CurrentUser() { userId }: UserVisitor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.credentials.logOutEverywhere(userId);
    this.cookie.clear(reply.raw);
  }
}
