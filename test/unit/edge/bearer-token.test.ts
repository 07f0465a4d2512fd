import { describe, expect, test } from 'vitest';
import { offersSubprotocol, tokenInHeader, tokenInSubprotocol } from '../../../lambdas/edge/bearer-token.ts';

describe('the Authorization header', () => {
  test.each<[string, Record<string, string>, string | undefined]>([
    ['as it should be', { authorization: 'Bearer abc' }, 'abc'],
    ['with its name in another case', { Authorization: 'Bearer abc' }, 'abc'],
    ['with its scheme in another case', { authorization: 'bearer abc' }, 'abc'],
    ['with two spaces', { authorization: 'Bearer  abc' }, 'abc'],
    ['of another scheme', { authorization: 'Basic abc' }, undefined],
    ['without a scheme', { authorization: 'abc' }, undefined],
    ['without a token', { authorization: 'Bearer ' }, undefined],
    ['with two tokens', { authorization: 'Bearer abc def' }, undefined],
    ['that is another header', { 'x-authorization': 'Bearer abc' }, undefined],
    ['that is not there', {}, undefined],
  ])('%s', (_, headers, token) => {
    expect(tokenInHeader(headers)).toBe(token);
  });
});

describe('the subprotocol pair', () => {
  test.each<[string, string | undefined, string | undefined, boolean]>([
    ['as it should be', 'chat.v1, bearer.abc', 'abc', true],
    ['the other way round, without a space', 'bearer.abc,chat.v1', 'abc', true],
    ['of a token with dots', 'chat.v1, bearer.a.b.c', 'a.b.c', true],
    ['without the protocol', 'bearer.abc', 'abc', false],
    ['without a token', 'chat.v1', undefined, true],
    ['of a version that nobody speaks', 'chat.v2, bearer.abc', 'abc', false],
    ['that is not there', undefined, undefined, false],
  ])('%s', (_, offered, token, speaks) => {
    const headers = offered === undefined ? {} : { 'Sec-WebSocket-Protocol': offered };
    expect(tokenInSubprotocol(headers)).toBe(token);
    expect(offersSubprotocol(headers)).toBe(speaks);
  });
});

test('no headers at all are no token', () => {
  expect(tokenInHeader()).toBeUndefined();
  expect(tokenInSubprotocol()).toBeUndefined();
  expect(offersSubprotocol()).toBe(false);
});
