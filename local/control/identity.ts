import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, importJWK, type JWK, type JWTPayload, SignJWT } from 'jose';
import type { FunctionConfig } from '../lambda/function-config.ts';
import type { Clock } from '../types.ts';

/** Stands for the deployer's identity provider. */
export interface Identity {
  /** The key set that the authorizers check tokens against. */
  keySet: { keys: JWK[] };
  issue(claims: TokenClaims): Promise<string>;
}

export interface TokenClaims {
  userId: string;
  name?: string | undefined;
  scope?: string | undefined;
  /** As one that the provider has verified. */
  phoneNumber?: string | undefined;
  expiresInSeconds: number;
}

/** Issuer and audience are those that the authorizers of the template ask for. */
export async function openIdentity(dataFolder: string, functions: FunctionConfig[], clock: Clock): Promise<Identity> {
  const { TOKEN_ISSUER: issuer, TOKEN_AUDIENCE: audience } =
    functions.map(({ environment }) => environment).find((variables) => variables.TOKEN_ISSUER) ?? {};
  const privateKey = await keyOf(join(dataFolder, 'identity.json'));
  const key = await importJWK(privateKey, 'ES256');
  const { d: _secret, ...publicKey } = privateKey;
  const issue = async ({ userId, expiresInSeconds, ...about }: TokenClaims) => {
    const now = Math.floor(clock.now() / 1000);
    const token = new SignJWT(claimsOf(about))
      .setProtectedHeader({ alg: 'ES256', kid: 'local' })
      .setSubject(userId)
      .setIssuedAt(Math.min(now, now + expiresInSeconds))
      .setExpirationTime(now + expiresInSeconds);
    if (issuer) token.setIssuer(issuer);
    if (audience) token.setAudience(audience);
    return token.sign(key);
  };
  return { keySet: { keys: [{ ...publicKey, alg: 'ES256', kid: 'local', use: 'sig' }] }, issue };
}

function claimsOf({ name, scope, phoneNumber }: Omit<TokenClaims, 'userId' | 'expiresInSeconds'>): JWTPayload {
  return {
    ...(name && { name }),
    ...(scope && { scope }),
    ...(phoneNumber && { phone_number: phoneNumber, phone_number_verified: true }),
  };
}

/** Kept, so that tokens outlive a restart of the host. */
async function keyOf(file: string): Promise<JWK> {
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  if (kept) return JSON.parse(kept);
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const key = await exportJWK(privateKey);
  await writeFile(file, JSON.stringify(key), { mode: 0o600 });
  return key;
}
