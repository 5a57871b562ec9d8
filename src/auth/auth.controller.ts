import { Body, Controller, Get, HttpCode, Ip, Post, Res, UseGuards, UseInterceptors } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiCookieAuth,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Environment } from '../environment.js';
import { ApiProblems, BODY_PROBLEMS } from '../problem/api-problems.decorator.js';
import { invalidInput } from '../problem/validation.pipe.js';
import { SessionCookie } from '../session/session-cookie.js';
import { SessionGuard } from '../session/session.guard.js';
import type { VisitorSession } from '../session/visitor-session.js';
import { AccessTokenService } from './access-token.service.js';
import { LoginRequestDto, RegistrationDto } from './credentials.dto.js';
import { AccessTokenDto, LoginDto } from './login.dto.js';
import { LoginService } from './login.service.js';
import { LoginTurns } from './login-turns.interceptor.js';
import { toUserDto, UserDto } from './user.dto.js';
import { UserService } from './user.service.js';
import { CurrentSession, CurrentUser, loginRequired } from './visitor.decorator.js';
import { VisitorGuard } from './visitor.guard.js';
import type { UserVisitor } from './visitor.js';

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
  @UseInterceptors(LoginTurns)
  @ApiOperation({ summary: 'Register a user; no login yet' })
  @ApiCreatedResponse({ type: UserDto })
  @ApiProblems(...BODY_PROBLEMS, 'email-taken')
  async register(@Body() registration: RegistrationDto): Promise<UserDto> {
    return toUserDto(await this.users.register(registration));
  }

  @Post('login')
  @UseGuards(SessionGuard)
  @UseInterceptors(LoginTurns)
  @HttpCode(200)
  @ApiOperation({
    summary: 'Log in; the guest basket becomes the user’s or is merged into it',
    description:
      'Replaces the session: the answer sets a new cookie, and what the login did with the guest basket is in `basket`, line by line; `lastMerge` of the basket says it again until the basket changes. Other requests that are on their way with the old cookie are answered 409 `session-replaced`: send them again.',
  })
  @ApiBody({
    type: LoginRequestDto,
    examples: {
      login: {
        summary: 'As registered above',
        value: { email: 'ada@example.com', password: 'correct horse battery' },
      },
      choice: {
        summary:
          'With a strategy of its own, where the shop leaves the choice (BASKET_MERGE_STRATEGY_CHOICE)',
        value: { email: 'ada@example.com', password: 'correct horse battery', mergeStrategy: 'sum' },
      },
    },
  })
  @ApiOkResponse({ type: LoginDto })
  @ApiProblems(...BODY_PROBLEMS, 'insecure-connection', 'invalid-credentials', 'too-many-logins')
  async logIn(
    @Body() credentials: LoginRequestDto,
    @CurrentSession() session: VisitorSession,
    @Ip() address: string,
  ): Promise<LoginDto> {
    // Where the shop leaves no choice, the field is one that nobody knows.
    if (credentials.mergeStrategy !== undefined && !this.environment.basketMergeStrategyChoice) {
      throw invalidInput([{ field: 'mergeStrategy', message: 'property mergeStrategy should not exist' }]);
    }
    const { user, basket } = await this.logins.logIn(credentials, session, address);
    return { ...this.tokenFor(user.id), user: toUserDto(user), basket };
  }

  @Post('refresh')
  @UseGuards(SessionGuard)
  @HttpCode(200)
  @ApiCookieAuth('session')
  @ApiOperation({ summary: 'Get a new access token, from the session' })
  @ApiOkResponse({ type: AccessTokenDto })
  @ApiProblems(...BODY_PROBLEMS, 'login-required')
  refresh(@CurrentSession() session: VisitorSession): AccessTokenDto {
    if (!session.living?.userId) throw loginRequired();
    return this.tokenFor(session.living.userId);
  }

  @Post('logout')
  @UseGuards(SessionGuard)
  @HttpCode(204)
  @ApiOperation({ summary: 'End the session, a guest’s with its basket; also 204 when there is none' })
  @ApiCookieAuth('session')
  @ApiNoContentResponse()
  @ApiProblems(...BODY_PROBLEMS)
  async logOut(
    @CurrentSession() session: VisitorSession,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    // Only when one was ended: a late logout with a replaced cookie must not throw out the login that replaced it.
    if (!(await session.end())) return;
    this.cookie.clear(reply.raw);
  }

  @Get('me')
  @UseGuards(SessionGuard, VisitorGuard)
  @ApiBearerAuth('bearer')
  @ApiCookieAuth('session')
  @ApiOperation({ summary: 'Get the user who is logged in' })
  @ApiOkResponse({ type: UserDto })
  @ApiProblems('invalid-token', 'login-required')
  async me(@CurrentUser() { userId }: UserVisitor): Promise<UserDto> {
    return toUserDto(await this.users.get(userId));
  }

  private tokenFor(userId: string): AccessTokenDto {
    return { accessToken: this.tokens.issue(userId), tokenType: 'Bearer', expiresIn: this.tokens.lifetime };
  }
}
