import { Module } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { PassportModule } from '@nestjs/passport';
import { TypeOrmModule } from '@nestjs/typeorm';
import { SessionModule } from '../session/session.module.js';
import { AccessTokenService } from './access-token.service.js';
import { AdminGuard } from './admin.guard.js';
import { AuthController } from './auth.controller.js';
import { AuthenticationService } from './authentication.service.js';
import { CredentialsController } from './credentials.controller.js';
import { CredentialsService } from './credentials.service.js';
import { JwtStrategy } from './jwt.strategy.js';
import { LoginService } from './login.service.js';
import { LoginLimiter } from './login-limiter.service.js';
import { PasswordService } from './password.service.js';
import { User } from './user.entity.js';
import { UserDataController } from './user-data.controller.js';
import { UserDataService } from './user-data.service.js';
import { TokenKeys } from './token-keys.js';
import { UserService } from './user.service.js';

@Module({
  imports: [SessionModule, PassportModule, TypeOrmModule.forFeature([User]), JwtModule.register({})],
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
