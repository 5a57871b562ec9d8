import { ApiPropertyOptional, IntersectionType } from '@nestjs/swagger';
import { IsBoolean, IsInt, IsUUID, Max, Min } from 'class-validator';
import { Optional } from '../../http/input/optional.decorator.js';

/** The basket of a step, when the visitor has several. */
export class ThawDto {
  @ApiPropertyOptional({
    format: 'uuid',
    description: "One of the visitor's own baskets that are open or frozen.",
  })
  @Optional()
  @IsUUID()
  basketId?: string;
}

export class FreezeDto extends ThawDto {
  @ApiPropertyOptional({
    description: 'True: holds the stock of the basket for `RESERVATION_TTL_SECONDS`.',
  })
  @Optional()
  @IsBoolean()
  reserve?: boolean;
}

/** The path names the basket. */
export class SubmitByIdDto {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'The amount that the shopper saw. If the total has changed since, nothing is submitted.',
    example: 900,
  })
  @Optional()
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  expectedAmountMinor?: number;
}

export class SubmitDto extends IntersectionType(SubmitByIdDto, ThawDto) {}
