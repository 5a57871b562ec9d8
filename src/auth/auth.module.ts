import { Module } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { PassportModule } from '@nestjs/passport';
import { TypeOrmModule } from '@nestjs/typeorm';
import { SessionModule } from '../session/session.module.js';
import { ApiKeyModule } from './api-key/api-key.module.js';
import { AccessTokenService } from './token/access-token.service.js';
import { AdminGuard } from './visitor/admin.guard.js';
import { AuthController } from './auth.controller.js';
import { AuthenticationService } from './login/authentication.service.js';
import { CredentialsController } from './password/credentials.controller.js';
import { CredentialsService } from './password/credentials.service.js';
import { JwtStrategy } from './token/jwt.strategy.js';
import { LoginService } from './login/login.service.js';
import { LoginLimiter } from './login/login-limiter.service.js';
import { PasswordService } from './password/password.service.js';
import { User } from './user/user.entity.js';
import { UserDataController } from './user/user-data.controller.js';
import { UserDataService } from './user/user-data.service.js';
import { TokenKeys } from './token/token-keys.js';
import { UserService } from './user/user.service.js';

@Module({
  imports: [
    SessionModule,
    ApiKeyModule,
    PassportModule,
    TypeOrmModule.forFeature([User]),
    JwtModule.register({}),
  ],
  controllers: [AuthController, CredentialsController, UserDataController],
  providers: [
    JwtStrategy,
    TokenKeys,
    AccessTokenService,
    LoginLimiter,
    AuthenticationService,
    LoginService,
    CredentialsService,
    PasswordService,
    UserService,
    UserDataService,
    AdminGuard,
  ],
  exports: [UserService],
})
export class AuthModule {}
