/** A browser names HTML when somebody follows a link. A program that takes anything gets JSON. */
export function wantsHtml(accept = ''): boolean {
  return /\btext\/html\b/i.test(accept) && !/\bapplication\/json\b/i.test(accept);
}
