import { expect, test } from 'vitest';
import { watchFrameSizes } from '../../../../local/websocket/frame-size-guard.ts';

const limit = 32 * 1024;

/** A masked frame, as clients send them. */
function frame(length: number): Buffer {
  const mask = [1, 2, 3, 4];
  if (length < 126) return Buffer.from([0x81, 0x80 | length, ...mask, ...Buffer.alloc(length)]);
  const head = Buffer.alloc(length < 65_536 ? 4 : 10);
  head.writeUInt8(0x81, 0);
  head.writeUInt8(0x80 | (length < 65_536 ? 126 : 127), 1);
  if (length < 65_536) head.writeUInt16BE(length, 2);
  else head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, Buffer.from(mask), Buffer.alloc(length)]);
}

function isRefused(frames: number[], chunkSize: number): boolean {
  const bytes = Buffer.concat(frames.map(frame));
  let calls = 0;
  const watch = watchFrameSizes(limit, () => {
    calls += 1;
  });
  for (let at = 0; at < bytes.length; at += chunkSize) watch(bytes.subarray(at, at + chunkSize));
  expect(calls).toBeLessThanOrEqual(1);
  return calls === 1;
}

test.each<[string, number[], boolean]>([
  ['small frames pass', [0, 1, 125, 126, 127], false],
  ['a frame of just 32 KB passes', [limit], false],
  ['one byte more does not', [limit + 1], true],
  ['nor does one of 64 KB and more', [70_000], true],
  ['a long one is found behind others', [5, 0, 300, limit, limit + 1, 3], true],
  ['several short ones are no long one', [25_000, 25_000, 25_000, 25_000], false],
])('%s', (_sentence, frames, refused) => {
  for (const chunkSize of [1, 7, 1000, 1_000_000]) expect(isRefused(frames, chunkSize)).toBe(refused);
});
