import type { IncomingHttpHeaders } from 'node:http';

/** A page of this machine, by whichever port it was served: an app that somebody writes against this host. */
const ownOrigin = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/**
 * Whether a request was meant for this host and comes from no page of elsewhere. Any web page can send requests to localhost:
 * one that resolves its own name to 127.0.0.1 is told by Host (DNS rebinding), any other by Origin. A request without
 * an Origin comes from no page.
 */
export function isOwnRequest({ host, origin }: IncomingHttpHeaders, port: number): boolean {
  const hosts = ['localhost', '127.0.0.1', '[::1]'].map((name) => `${name}:${port}`);
  if (host === undefined || !hosts.includes(host.toLowerCase())) return false;
  return origin === undefined || ownOrigin.test(origin);
}
