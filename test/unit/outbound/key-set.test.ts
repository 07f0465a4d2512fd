import { afterEach, describe, expect, test } from 'vitest';
import { fetchKeySet } from '../../../lambdas/outbound/key-set.ts';
import { type HttpStandIn, httpStandIn, type StandInAnswer } from '../../helpers/http-stand-in.ts';

let provider: HttpStandIn;
afterEach(() => provider.close());

async function fetchFrom(answer: StandInAnswer) {
  provider = await httpStandIn(() => answer);
  return fetchKeySet(`${provider.url}/jwks.json`)();
}
const json = (body: string) => ({ status: 200, headers: { 'content-type': 'application/json' }, body });
const keySet = { keys: [{ kty: 'EC', kid: '1' }] };

describe('the key set of the identity provider', () => {
  test('is read as it is', async () => {
    expect(await fetchFrom(json(JSON.stringify(keySet)))).toEqual(keySet);
    expect(provider.requests).toMatchObject([{ method: 'GET', path: '/jwks.json' }]);
  });

  test.each<[string, StandInAnswer]>([
    ['not found', { status: 404, body: JSON.stringify(keySet) }],
    ['failing', { status: 500 }],
    ['somewhere else', { status: 302, headers: { location: 'https://evil.example/jwks.json' } }],
    ['a page', { status: 200, headers: { 'content-type': 'text/html' }, body: '<html></html>' }],
    ['nothing', json('')],
    ['null', json('null')],
    ['JSON without keys', json('{}')],
    ['keys that are no list', json('{"keys":{}}')],
    ['a key that is none', json('{"keys":[1]}')],
    ['cut off', { status: 200, headers: { 'content-length': '1000' }, body: '{"keys":' }],
    ['hung up on', 'hangUp'],
    ['never answered', 'silence'],
  ])('is no key set when it is %s', async (_, answer) => {
    await expect(fetchFrom(answer)).rejects.toThrow();
    expect(provider.requests).toHaveLength(1);
  });

  test('of 10 MB is not read to its end', async () => {
    const endless = json(JSON.stringify({ keys: [], filler: 'x'.repeat(10_000_000) }));
    await expect(fetchFrom(endless)).rejects.toThrow('too large');
  });
});
