import { Controller, Delete, Get, HttpCode, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { apiHeaders } from '../../http/response/api-headers.js';
import { ApiProblems, BODY_PROBLEMS } from '../../problem/api-problems.decorator.js';
import { SessionCookie } from '../../session/request/session-cookie.js';
import { toJsonChunks } from '../../http/response/json-chunks.js';
import { sendJson } from '../../http/response/send-json.js';
import { UserDataDto } from './user-data.dto.js';
import { UserDataService } from './user-data.service.js';
import { CurrentUser } from '../visitor/visitor.decorator.js';
import { ForVisitors } from '../visitor/for-visitors.decorator.js';
import type { UserVisitor } from '../visitor/visitor.js';

@ForVisitors('auth', 'login-required')
@Controller('api/auth/me')
export class UserDataController {
  constructor(
    private readonly data: UserDataService,
    private readonly cookie: SessionCookie,
  ) {}

  @Get('export')
  @ApiOperation({
    operationId: 'exportMe',
    summary: 'Export all stored data of the user',
    description: 'Contains everything except the secrets: the password hash and the ids of sessions.',
  })
  @ApiOkResponse({ type: UserDataDto })
  async export(@CurrentUser() { userId }: UserVisitor, @Res() reply: FastifyReply): Promise<void> {
    await sendJson(reply.raw, toJsonChunks(await this.data.export(userId)), () => detachReply(reply));
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({
    operationId: 'eraseMe',
    summary: 'Erase the user',
    description:
      'Deletes the user with all sessions and the open basket. Orders stay, and so do baskets that are frozen for a payment, without an owner and with empty metadata. The erasure cannot be undone: export the data first.',
  })
  @ApiNoContentResponse({ headers: apiHeaders('Set-Cookie') })
  @ApiProblems(...BODY_PROBLEMS)
  async erase(
    @CurrentUser() visitor: UserVisitor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.data.erase(visitor);
    this.cookie.clear(reply.raw);
  }
}

/** Takes the response over from Fastify. Keeps the headers that are already set. */
function detachReply(reply: FastifyReply): void {
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value) reply.raw.setHeader(name, value);
  reply.hijack();
}
