/**
 * Serialises an object as JSON, in pieces.
 *
 * A member that is an async iterable becomes a list. Each of its values is a page: an array of
 * elements.
 */
export async function* toJsonChunks(members: Record<string, unknown>): AsyncGenerator<string> {
  let separator = '{';
  for (const [name, value] of Object.entries(members)) {
    yield `${separator}${JSON.stringify(name)}:`;
    if (isAsyncIterable(value)) yield* toListChunks(value);
    else yield JSON.stringify(value);
    separator = ',';
  }
  yield separator === '{' ? '{}' : '}';
}

async function* toListChunks(pages: AsyncIterable<unknown[]>): AsyncGenerator<string> {
  let separator = '[';
  for await (const page of pages) {
    for (const element of page) {
      yield separator + JSON.stringify(element);
      separator = ',';
    }
  }
  yield separator === '[' ? '[]' : ']';
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown[]> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
