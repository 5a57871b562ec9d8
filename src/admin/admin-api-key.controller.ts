import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
} from '@nestjs/swagger';
import {
  ApiKeyListDto,
  CreateApiKeyDto,
  NewApiKeyDto,
  toApiKeyDto,
  toNewApiKeyDto,
} from '../auth/api-key/api-key.dto.js';
import { ApiKeyService } from '../auth/api-key/api-key.service.js';
import { ID_PARAM, UuidPipe } from '../http/input/uuid.pipe.js';
import { ApiProblems, BODY_PROBLEMS } from '../problem/api-problems.decorator.js';
import { AdminOnly } from './admin-only.decorator.js';

/** Its routes name no scope: a stolen key must not create further keys. */
@AdminOnly()
@Controller('api/admin/api-keys')
export class AdminApiKeyController {
  constructor(private readonly keys: ApiKeyService) {}

  @Post()
  @ApiOperation({
    operationId: 'addApiKey',
    summary: 'Create an API key',
    description:
      'Only this response contains the key. Send it as `Authorization: Bearer bk_…`. No key opens this route.',
  })
  @ApiCreatedResponse({ type: NewApiKeyDto })
  @ApiProblems(...BODY_PROBLEMS)
  async create(@Body() { name, scopes }: CreateApiKeyDto): Promise<NewApiKeyDto> {
    return toNewApiKeyDto(await this.keys.create(name, scopes));
  }

  @Get()
  @ApiOperation({
    operationId: 'listApiKeys',
    summary: 'List all API keys, oldest first',
    description: 'Contains no key, only what describes it.',
  })
  @ApiOkResponse({ type: ApiKeyListDto })
  async list(): Promise<ApiKeyListDto> {
    return { apiKeys: (await this.keys.list()).map(toApiKeyDto) };
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'removeApiKey',
    summary: 'Revoke an API key',
    description: 'All instances refuse it from now on.',
  })
  @ApiParam(ID_PARAM)
  @ApiNoContentResponse()
  @ApiProblems(...BODY_PROBLEMS)
  async revoke(@Param('id', UuidPipe) id: string): Promise<void> {
    await this.keys.revoke(id);
  }
}
