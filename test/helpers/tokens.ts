import { exportJWK, exportSPKI, generateKeyPair, type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose';

export const issuer = 'https://identity.example';
export const audience = 'parley';

/** Claims of a good token at this time. */
export const goodClaims = (nowMs: number): JWTPayload => ({
  iss: issuer,
  aud: audience,
  sub: 'ann',
  iat: Math.floor(nowMs / 1_000),
  exp: Math.floor(nowMs / 1_000) + 3_600,
});

/** A key of an identity provider: its public half as a key set, and signatures by the other. */
export async function signingKey(alg: string, kid = `${alg}-1`) {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const publicJwk = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' };
  return {
    keySet: { keys: [publicJwk] },
    publicJwk,
    publicPem: await exportSPKI(publicKey),
    sign: (claims: JWTPayload, header: Partial<JWTHeaderParameters> = {}) =>
      new SignJWT(claims).setProtectedHeader({ alg, kid, ...header }).sign(privateKey),
  };
}
export type SigningKey = Awaited<ReturnType<typeof signingKey>>;

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token that says it needs no signature. */
export const unsignedToken = (claims: JWTPayload): string => `${base64url({ alg: 'none' })}.${base64url(claims)}.`;

/** The classic attack: signed with the public key, which everybody has, as if it were a shared secret. */
export const signedWithPublicKey = (claims: JWTPayload, { publicPem, publicJwk }: SigningKey): Promise<string> =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', kid: publicJwk.kid })
    .sign(new TextEncoder().encode(publicPem));
