import { ApiProperty } from '@nestjs/swagger';
import { MergeReportDto } from '../event/merge-report.dto.js';
import { UserDto } from '../user/user.dto.js';

export class AccessTokenDto {
  @ApiProperty({ description: 'A JWT for `Authorization: Bearer`, for clients without cookies.' })
  accessToken!: string;

  @ApiProperty({ enum: ['Bearer'] })
  tokenType!: 'Bearer';

  @ApiProperty({ type: 'integer', description: 'The lifetime in seconds.', example: 900 })
  expiresIn!: number;
}

export class LoginDto extends AccessTokenDto {
  @ApiProperty()
  user!: UserDto;

  @ApiProperty({ description: "The effect of the login on the guest's basket." })
  basket!: MergeReportDto;
}
