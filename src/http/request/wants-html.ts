/**
 * Says whether a client asks for HTML, as a browser does when a person follows a link. A client
 * that accepts anything gets JSON.
 */
export function wantsHtml(accept = ''): boolean {
  return /\btext\/html\b/i.test(accept) && !/\bapplication\/json\b/i.test(accept);
}
