import { Body, Controller, HttpCode, Ip, Post, Put, Res, UseInterceptors } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { apiHeaders } from '../../http/response/api-headers.js';
import { ApiProblems, BODY_PROBLEMS } from '../../problem/api-problems.decorator.js';
import { SessionCookie } from '../../session/request/session-cookie.js';
import type { RequestSession } from '../../session/request/request-session.js';
import { PasswordChangeDto } from './credentials.dto.js';
import { CredentialsService } from './credentials.service.js';
import { ForVisitors } from '../visitor/for-visitors.decorator.js';
import { LoginConcurrency } from '../login/login-concurrency.interceptor.js';
import { CurrentSession, CurrentUser } from '../visitor/visitor.decorator.js';
import type { UserVisitor } from '../visitor/visitor.js';

@ForVisitors('auth', 'login-required')
@Controller('api/auth')
export class CredentialsController {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly cookie: SessionCookie,
  ) {}

  @Put('password')
  @UseInterceptors(LoginConcurrency)
  @HttpCode(204)
  @ApiOperation({
    operationId: 'changePassword',
    summary: 'Change the password',
    description:
      'Ends all other sessions of the user and revokes all access tokens. Replaces the session of the request: the response sets a new cookie.',
  })
  @ApiNoContentResponse({ headers: apiHeaders('Set-Cookie') })
  @ApiProblems(
    ...BODY_PROBLEMS,
    'insecure-connection',
    'invalid-credentials',
    'too-many-logins',
    'overloaded',
  )
  async changePassword(
    @CurrentUser() visitor: UserVisitor,
    @CurrentSession() session: RequestSession,
    @Body() change: PasswordChangeDto,
    @Ip() address: string,
  ): Promise<void> {
    await this.credentials.changePassword(visitor, change, session, address);
  }

  @Post('logout-everywhere')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'logOutEverywhere',
    summary: 'Log out everywhere',
    description:
      'Ends all sessions of the user and revokes all access tokens. The basket stays. The user sees it after the next login.',
  })
  @ApiNoContentResponse({ headers: apiHeaders('Set-Cookie') })
  @ApiProblems(...BODY_PROBLEMS)
  async logOutEverywhere(
    @CurrentUser() visitor: UserVisitor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.credentials.logOutEverywhere(visitor);
    this.cookie.clear(reply.raw);
  }
}
