/** Returns the path of a request as it was sent, without the query. */
export function pathOf(url: string | undefined): string {
  return url?.split('?', 1)[0] ?? '/';
}
