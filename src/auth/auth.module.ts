import { Module } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { PassportModule } from '@nestjs/passport';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Environment } from '../environment.js';
import { SessionModule } from '../session/session.module.js';
import { AccessTokenService } from './access-token.service.js';
import { AuthController } from './auth.controller.js';
import { JwtStrategy } from './jwt.strategy.js';
import { LoginService } from './login.service.js';
import { PasswordService } from './password.service.js';
import { User } from './user.entity.js';
import { UserService } from './user.service.js';

@Module({
  imports: [
    SessionModule,
    PassportModule,
    TypeOrmModule.forFeature([User]),
    JwtModule.registerAsync({
      inject: [Environment],
      useFactory: ({ jwtSecret }: Environment) => ({ secret: jwtSecret }),
    }),
  ],
  controllers: [AuthController],
  providers: [JwtStrategy, AccessTokenService, LoginService, PasswordService, UserService],
  exports: [UserService],
})
export class AuthModule {}
