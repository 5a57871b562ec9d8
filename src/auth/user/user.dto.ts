import { ApiProperty } from '@nestjs/swagger';
import type { Role, User } from './user.entity.js';

export class UserDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ format: 'email', example: 'ada@example.com' })
  email!: string;

  @ApiProperty({ type: String, nullable: true, example: 'Ada' })
  displayName!: string | null;

  @ApiProperty({ enum: ['customer', 'admin'] })
  role!: Role;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;
}

export function toUserDto({ id, email, displayName, role, createdAt }: User): UserDto {
  return { id, email, displayName, role, createdAt: createdAt.toISOString() };
}
