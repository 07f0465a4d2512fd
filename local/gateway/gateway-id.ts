import { randomBytes } from 'node:crypto';

/** Ids of connections and requests look like `dRm8Fdm0vHcCFAA=`; the `=` must be encoded in a path. */
export function gatewayRequestId(): string {
  return `${randomBytes(11).toString('base64url')}=`;
}

export function isGatewayId(text: string): boolean {
  return /^[\w-]{15}=$/.test(text);
}
