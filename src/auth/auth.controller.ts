import { Body, Controller, Get, HttpCode, Ip, Post, Res, UseGuards, UseInterceptors } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiCookieAuth,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiSecurity,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Environment } from '../config/environment.js';
import { NeedsNoCookie } from '../http/cross-origin/needs-no-cookie.decorator.js';
import { apiHeaders } from '../http/response/api-headers.js';
import { ApiProblems, BODY_PROBLEMS, COOKIELESS_BODY_PROBLEMS } from '../problem/api-problems.decorator.js';
import { invalidInput } from '../http/input/validation.pipe.js';
import { SessionCookie } from '../session/request/session-cookie.js';
import { SessionGuard } from '../session/request/session.guard.js';
import type { RequestSession } from '../session/request/request-session.js';
import { AccessTokenService, type TokenGrant } from './token/access-token.service.js';
import { LoginRequestDto, RegistrationDto } from './password/credentials.dto.js';
import { AccessTokenDto, LoginDto } from './login/login.dto.js';
import { LoginService } from './login/login.service.js';
import { LoginConcurrency } from './login/login-concurrency.interceptor.js';
import { toUserDto, UserDto } from './user/user.dto.js';
import { UserService } from './user/user.service.js';
import { CurrentSession, CurrentUser, loginRequired } from './visitor/visitor.decorator.js';
import { VisitorGuard } from './visitor/visitor.guard.js';
import type { UserVisitor } from './visitor/visitor.js';

@ApiTags('auth')
@ApiProblems('internal-error', 'database-unavailable')
@Controller('api/auth')
export class AuthController {
  constructor(
    private readonly users: UserService,
    private readonly logins: LoginService,
    private readonly tokens: AccessTokenService,
    private readonly cookie: SessionCookie,
    private readonly environment: Environment,
  ) {}

  @Post('register')
  @NeedsNoCookie()
  @UseInterceptors(LoginConcurrency)
  @ApiOperation({
    operationId: 'register',
    summary: 'Register a user',
    description: 'Does not log the user in. The email address is not case-sensitive.',
  })
  @ApiCreatedResponse({ type: UserDto })
  @ApiProblems(...COOKIELESS_BODY_PROBLEMS, 'email-taken', 'too-many-registrations', 'overloaded')
  async register(@Body() registration: RegistrationDto, @Ip() address: string): Promise<UserDto> {
    return toUserDto(await this.users.register(registration, address));
  }

  @Post('login')
  @NeedsNoCookie()
  @UseGuards(SessionGuard)
  @UseInterceptors(LoginConcurrency)
  @HttpCode(200)
  @ApiOperation({
    operationId: 'logIn',
    summary: 'Log in, and assign or merge the guest basket',
    description:
      'Replaces the session: the response sets a new cookie. `basket` reports the effect on the guest basket, line by line. The member `lastMerge` of the basket repeats this report until the basket changes. A concurrent request with the old cookie gets 409 `session-replaced`: send it again. A page on another site gets only the token. It gets no session and no cookie, and the guest basket does not change.',
  })
  @ApiBody({
    type: LoginRequestDto,
    examples: {
      login: {
        summary: 'A registered user',
        value: { email: 'ada@example.com', password: 'correct horse battery' },
      },
      choice: {
        summary: 'With a merge strategy, if the shop allows the choice (BASKET_MERGE_STRATEGY_CHOICE)',
        value: { email: 'ada@example.com', password: 'correct horse battery', mergeStrategy: 'sum' },
      },
    },
  })
  @ApiOkResponse({ type: LoginDto, headers: apiHeaders('Set-Cookie') })
  @ApiProblems(
    ...COOKIELESS_BODY_PROBLEMS,
    'insecure-connection',
    'invalid-credentials',
    'too-many-logins',
    'overloaded',
    'migration-pending',
  )
  async logIn(
    @Body() credentials: LoginRequestDto,
    @CurrentSession() session: RequestSession,
    @Ip() address: string,
  ): Promise<LoginDto> {
    // If the shop does not allow the choice, the field is refused like an unknown one.
    if (credentials.mergeStrategy !== undefined && !this.environment.basketMergeStrategyChoice) {
      throw invalidInput([{ field: 'mergeStrategy', message: 'property mergeStrategy should not exist' }]);
    }
    const { user, basket, token } = await this.logins.logIn(credentials, session, address);
    return { ...this.tokenFor(token), user: toUserDto(user), basket };
  }

  @Post('refresh')
  @UseGuards(SessionGuard)
  @HttpCode(200)
  @ApiCookieAuth('session')
  @ApiOperation({
    operationId: 'refreshToken',
    summary: 'Get a new access token for the session',
    description: 'Needs the cookie of a logged-in session. An access token is not enough.',
  })
  @ApiOkResponse({ type: AccessTokenDto })
  @ApiProblems(...BODY_PROBLEMS, 'login-required')
  async refresh(@CurrentSession() { active }: RequestSession): Promise<AccessTokenDto> {
    const grant = active?.userId ? await this.tokens.grantBySession(active.id) : null;
    if (!grant) throw loginRequired();
    return this.tokenFor(grant);
  }

  @Post('logout')
  @UseGuards(SessionGuard)
  @HttpCode(204)
  @ApiOperation({
    operationId: 'logOut',
    summary: 'End the session',
    description:
      'A guest loses the basket, and a user keeps it. Access tokens stay valid until they expire. The response is also 204 if there is no session.',
  })
  @ApiCookieAuth('session')
  // Decorators run from the bottom, so the empty requirement comes first in the document.
  @ApiSecurity({})
  @ApiNoContentResponse({ headers: apiHeaders('Set-Cookie') })
  @ApiProblems(...BODY_PROBLEMS)
  async logOut(
    @CurrentSession() session: RequestSession,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    // Clears the cookie only if a session ended: a late logout with a replaced cookie must not end
    // the new login. See docs/decisions/03-tombstone.md.
    if (!(await session.end())) return;
    this.cookie.clear(reply.raw);
  }

  @Get('me')
  @UseGuards(SessionGuard, VisitorGuard)
  @ApiBearerAuth('bearer')
  @ApiCookieAuth('session')
  @ApiOperation({
    operationId: 'getMe',
    summary: 'Get the current user',
    description: 'The user of the access token, or else of the session.',
  })
  @ApiOkResponse({ type: UserDto })
  @ApiProblems('invalid-token', 'login-required', 'forbidden')
  async me(@CurrentUser() { userId }: UserVisitor): Promise<UserDto> {
    return toUserDto(await this.users.get(userId));
  }

  private tokenFor(grant: TokenGrant): AccessTokenDto {
    return {
      accessToken: this.tokens.issue(grant),
      tokenType: 'Bearer',
      expiresIn: this.tokens.lifetimeSeconds,
    };
  }
}
